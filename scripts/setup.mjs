// Makes a checkout ready, and runs one of its programs: node scripts/setup.mjs [program.ts [arguments]]
// Plain JavaScript without packages, for any Node from 20 on: it is what runs before there is anything else.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 20
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const bin = join(modules, '.bin')
const stampFile = join(modules, '.cufflink-setup')
const webFolder = join(root, 'services', 'web')

const [script, ...scriptArguments] = process.argv.slice(2)

checkNode()
installPackages()
buildWeb()
if (script !== undefined) runScript(script, scriptArguments)

function checkNode() {
  const version = process.versions.node
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return
  stop(
    `Cufflink needs Node.js ${OLDEST_NODE} or newer to set itself up; this is ${version}. Get a newer one from nodejs.org.`,
  )
}

/** Installs what package-lock.json names, when that is not what is installed. */
function installPackages() {
  const lockFile = join(root, 'package-lock.json')
  if (!existsSync(lockFile)) stop('package-lock.json is missing: this is no whole checkout of Cufflink.')
  const wanted = digest([lockFile], `${process.platform}-${process.arch}`)
  const { packages } = readStamp()
  if (packages === wanted) return
  const why =
    packages === undefined ? 'this checkout has not been set up yet' : 'package-lock.json has changed'
  say(`Installing the packages (npm ci), because ${why}. This takes a minute or so.`)
  const startedAt = Date.now()
  const { status, stderr, error } = runNpm(['ci', '--loglevel=error', '--no-audit', '--no-fund'])
  if (error !== undefined || status !== 0) stop(explainNpm(error, stderr))
  if (!existsSync(join(bin, 'node'))) stop(nodeDidNotCome)
  writeStamp({ packages: wanted })
  say(`Installed in ${seconds(startedAt)} s.`)
}

const nodeDidNotCome =
  'npm ci went through, but the Node.js that Cufflink runs on did not come with it. Its package has an install script:\n' +
  'let it run (npm config set ignore-scripts false), then try again.'

/**
 * Runs the machine's own npm. `npm test` puts node_modules/.bin first on the PATH, and with it the very Node that npm ci is
 * about to delete; so that folder is taken off again, and npm runs on the Node it came with.
 */
function runNpm(args) {
  const path = searchPath().filter(
    (folder) => !folder.endsWith(`node_modules${sep}.bin`) && !folder.includes('node-gyp-bin'),
  )
  const inherited = Object.entries(process.env).filter(([name]) => !/^(NODE|npm_(?!config_).*)$/.test(name))
  const env = { ...Object.fromEntries(inherited), PATH: path.join(delimiter) }
  const options = {
    cwd: root,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'inherit', 'pipe'],
    shell: process.platform === 'win32',
  }
  return spawnSync('npm', args, options)
}

function explainNpm(error, stderr) {
  if (error?.code === 'ENOENT')
    return 'npm is not on the PATH. It comes with Node.js: install both, then try again.'
  const said = `${stderr ?? ''}`.trim()
  const causes = [
    [
      /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH/,
      'The package registry cannot be reached: check the network, and the proxy (npm config get proxy).',
    ],
    [/ENOSPC/, 'The disk is full.'],
    [/EACCES|EPERM/, 'npm may not write here: check who owns the checkout and its node_modules folder.'],
    [/in sync/, 'package.json and package-lock.json do not fit: run npm install, and commit both.'],
  ]
  const cause = causes.find(([pattern]) => pattern.test(said))?.[1]
  return [said, '', `npm ci failed. ${cause ?? 'What it said is above.'} Then run this again.`]
    .join('\n')
    .trim()
}

/** Builds the web app, when its sources are not those it was built from. */
function buildWeb() {
  if (!existsSync(join(webFolder, 'src', 'main.tsx'))) return
  const contracts = join(root, 'packages', 'contracts', 'src')
  const wanted = digest([...filesBelow(webFolder), ...filesBelow(contracts)], '')
  if (readStamp().web === wanted && existsSync(join(webFolder, 'dist', 'index.html'))) return
  say('Building the web app.')
  const startedAt = Date.now()
  const args = [
    join(modules, 'turbo', 'bin', 'turbo'),
    'run',
    'build',
    '--output-logs=errors-only',
    '--log-order=grouped',
  ]
  const { status, stdout, stderr } = spawnSync(ownNode(), args, {
    cwd: root,
    env: ownEnvironment(),
    encoding: 'utf8',
  })
  if (status !== 0)
    stop(`${stdout ?? ''}${stderr ?? ''}\nThe web app could not be built. What is wrong is above.`)
  writeStamp({ ...readStamp(), web: wanted })
  say(`Built in ${seconds(startedAt)} s.`)
}

/** Runs a program of Cufflink on the Node that came with the packages, and ends as it ends. */
function runScript(path, args) {
  const child = spawn(ownNode(), [path, ...args], { cwd: root, env: ownEnvironment(), stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal's Ctrl-C goes to the child by itself; twice would tell it to hurry.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.once('error', (error) => stop(`${path} could not be started: ${error.message}`))
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function ownNode() {
  return join(bin, 'node')
}

/** What was compiled once is kept: each program, and each of the tests' many, starts in two thirds of the time. */
function ownEnvironment() {
  const others = searchPath().filter((folder) => folder !== bin)
  const cache = join(modules, '.cache', 'node')
  return {
    NODE_COMPILE_CACHE: cache,
    ...process.env,
    PATH: [bin, ...others].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
  }
}

function searchPath() {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
}

function filesBelow(folder) {
  const made = new Set(['node_modules', 'dist', '.turbo'])
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !made.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesBelow(path) : [path]
    })
    .sort()
}

function digest(files, salt) {
  const hash = createHash('sha256').update(salt)
  for (const file of files) hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

/** What the last set-up left: digests of what was installed and built. It goes when node_modules goes. */
function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'))
  } catch {
    return {}
  }
}

function writeStamp(stamp) {
  writeFileSync(stampFile, `${JSON.stringify(stamp)}\n`)
}

function seconds(startedAt) {
  return Math.round((Date.now() - startedAt) / 1000)
}

function say(line) {
  process.stderr.write(`${line}\n`)
}

function stop(message) {
  say(message)
  process.exit(1)
}
