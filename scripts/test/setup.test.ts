import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const setup = fileURLToPath(new URL('../setup.mjs', import.meta.url))

// Stands in for npm, which would need the network: writes down its arguments, and brings a Node.js as npm ci does.
const workingNpm = `#!/bin/sh
echo "$@" >> npm-calls
rm -rf node_modules && mkdir -p node_modules/.bin && ln -s "${process.execPath}" node_modules/.bin/node
`
const brokenNpm = `#!/bin/sh
echo "$@" >> npm-calls
rm -rf node_modules
echo "npm error code ENOTFOUND" >&2
exit 1
`

test('installs once, says why, and not again while package-lock.json stays the same', async () => {
  await using checkout = makeCheckout(workingNpm)
  const first = await checkout.run()
  assert.equal(first.code, 0)
  assert.match(first.said, /npm ci.*has not been set up yet/)
  assert.deepEqual(checkout.npmCalls(), ['ci --loglevel=error --no-audit --no-fund'])
  assert.deepEqual(await checkout.run(), { code: 0, said: '' })
  checkout.write('package-lock.json', '{"changed":true}')
  assert.match((await checkout.run()).said, /package-lock\.json has changed/)
  assert.equal(checkout.npmCalls().length, 2)
})

test('a failed install is explained, and tried again the next time', async () => {
  await using checkout = makeCheckout(brokenNpm)
  const first = await checkout.run()
  assert.equal(first.code, 1)
  assert.match(first.said, /npm error code ENOTFOUND/)
  assert.match(first.said, /registry cannot be reached: check the network/)
  assert.equal(existsSync(checkout.at('node_modules/.cufflink-setup')), false)
  await checkout.run()
  assert.equal(checkout.npmCalls().length, 2)
})

test('a machine without npm is told so', async () => {
  await using checkout = makeCheckout(undefined)
  const { code, said } = await checkout.run()
  assert.equal(code, 1)
  assert.match(said, /npm is not on the PATH/)
})

test('an old Node.js is told which one is needed, before anything is installed', async () => {
  await using checkout = makeCheckout(workingNpm)
  checkout.write('old.mjs', `Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } })`)
  const { code, said } = await checkout.run({ before: ['--import', checkout.at('old.mjs')] })
  assert.equal(code, 1)
  assert.match(said, /needs Node\.js 20 or newer.*this is 18\.20\.4/)
  assert.deepEqual(checkout.npmCalls(), [])
})

test('runs a program with its arguments on the Node.js of the packages, and ends with its exit code', async () => {
  await using checkout = makeCheckout(workingNpm)
  checkout.write(
    'program.mjs',
    `console.error(process.argv.slice(2).join('+'), process.env.PATH.startsWith(${JSON.stringify(checkout.at('node_modules/.bin'))}))
     process.exit(7)`,
  )
  await checkout.run()
  assert.deepEqual(await checkout.run({ after: ['program.mjs', 'a', '--b'] }), {
    code: 7,
    said: 'a+--b true\n',
  })
})

test('hands SIGTERM on to the program, and waits for it', async () => {
  await using checkout = makeCheckout(workingNpm)
  checkout.write(
    'program.mjs',
    `process.on('SIGTERM', () => { console.error('stopping'); process.exit(3) })
     setInterval(() => undefined, 1000)
     process.kill(process.ppid, 'SIGTERM')`,
  )
  await checkout.run()
  assert.deepEqual(await checkout.run({ after: ['program.mjs'] }), { code: 3, said: 'stopping\n' })
})

/** A checkout with nothing in it but the set-up, and a PATH with nothing on it but what the shell needs and this npm. */
function makeCheckout(npm: string | undefined) {
  const root = mkdtempSync(join(tmpdir(), 'cufflink-setup-'))
  const at = (path: string): string => join(root, path)
  const write = (path: string, content: string): void => writeFileSync(at(path), content)
  mkdirSync(at('scripts'))
  mkdirSync(at('programs'))
  copyFileSync(setup, at('scripts/setup.mjs'))
  write('package-lock.json', '{}')
  if (npm !== undefined) {
    write('programs/npm', npm)
    chmodSync(at('programs/npm'), 0o755)
  }
  const path = npm === undefined ? at('programs') : `${at('programs')}:/usr/bin:/bin`
  return {
    at,
    write,
    npmCalls: () =>
      existsSync(at('npm-calls')) ? readFileSync(at('npm-calls'), 'utf8').trim().split('\n') : [],
    async run({ before = [], after = [] }: { before?: string[]; after?: string[] } = {}) {
      const child = spawn(process.execPath, [...before, at('scripts/setup.mjs'), ...after], {
        cwd: tmpdir(),
        env: { PATH: path },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const [said, [code]] = await Promise.all([
        text(child.stderr),
        once(child, 'exit') as Promise<[number | null]>,
      ])
      return { code, said: said.replaceAll(/^Installed in .*\n/gm, '') }
    },
    async [Symbol.asyncDispose]() {
      rmSync(root, { recursive: true })
    },
  }
}
