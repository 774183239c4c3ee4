// Writes what is derived from the code: the JSON Schemas, the pages of errors, configuration and the API, and openapi.json.
// With --check it writes nothing, names the files that are not current, and exits with 1.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { ConsoleConfig } from '@cufflink/console'
import { errorTable, factSchemas, liveSchemas } from '@cufflink/contracts'
import { GatewayConfig } from '@cufflink/gateway'
import { configurationTable } from '@cufflink/runtime'
import { TrackerConfig } from '@cufflink/tracker'
import { apiPage, openApi } from './openapi.ts'

const root = new URL('../', import.meta.url)
const schemaFolder = 'packages/contracts/schemas/'

type Files = ReadonlyMap<string, string>

function derivedFiles(): Files {
  const files = new Map<string, string>()
  for (const [type, { versions }] of Object.entries(factSchemas)) {
    versions.forEach((schema, index) => {
      const name = `${type}.v${index + 1}`
      files.set(`${schemaFolder}${name}.json`, schemaText(name, schema))
    })
  }
  for (const [exported, schema] of Object.entries(liveSchemas)) {
    const name = `live.${kebab(exported)}`
    files.set(`${schemaFolder}${name}.json`, schemaText(name, schema))
  }
  return files
    .set('docs/errors.md', errorPage())
    .set('docs/configuration.md', configurationPage())
    .set('docs/api.md', apiPage())
    .set('docs/openapi.json', `${JSON.stringify(openApi(), undefined, 2)}\n`)
}

const schemaText = (title: string, schema: object): string =>
  `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...schema }, undefined, 2)}\n`

const kebab = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()

function errorPage(): string {
  const rows = Object.entries(errorTable).map(([code, row]) => {
    const connack = 'connack' in row ? String(row.connack) : ''
    return `| \`${code}\` | ${row.message} | ${row.class} | ${row.http} | ${connack} |`
  })
  return [
    '# Errors',
    '',
    'Every way Cufflink can fail. The code stands in the reply, the log line, or beside the payload that was set aside.',
    '',
    '| class | what to do |',
    '|---|---|',
    '| transient | Try the same again. |',
    '| ambiguous | It may have happened: repeat it with the same id. |',
    '| permanent | Again would be no better: change what was sent, or what the message names. |',
    '',
    'HTTP is the status of a reply, CONNACK the return code with which the MQTT listener refuses a connection.',
    '',
    'Made from `packages/contracts/src/errors.ts` by `scripts/schemas.ts`; change it there.',
    '',
    '| code | what it says | class | HTTP | CONNACK |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function configurationPage(): string {
  const services = { Gateway: GatewayConfig, Tracker: TrackerConfig, Console: ConsoleConfig }
  return [
    '# Configuration',
    '',
    'What can be set of each service, by the environment or a JSON file. `npm start` takes all of them at once, and logs at',
    '`warn`. [Operating](operating.md) tells how they are read.',
    '',
    'Made from the `config.ts` of each service by `scripts/schemas.ts`; change it there.',
    ...Object.entries(services).flatMap(([name, schema]) => [
      '',
      `## ${name}`,
      '',
      configurationTable(schema),
    ]),
    '',
  ].join('\n')
}

const read = (path: string): string | undefined => {
  const url = new URL(path, root)
  return existsSync(url) ? readFileSync(url, 'utf8') : undefined
}

/** Schemas that lie there though nothing derives them any more. */
function leftOver(files: Files): readonly string[] {
  const folder = new URL(schemaFolder, root)
  const present = existsSync(folder) ? readdirSync(folder) : []
  return present.map((name) => `${schemaFolder}${name}`).filter((path) => !files.has(path))
}

const files = derivedFiles()
const outdated = [...files].filter(([path, text]) => read(path) !== text)
if (process.argv.includes('--check')) {
  const wrong = [...outdated.map(([path]) => path), ...leftOver(files)]
  for (const path of wrong) console.error(`${path} is not current: run scripts/schemas.ts`)
  process.exitCode = wrong.length === 0 ? 0 : 1
} else {
  mkdirSync(new URL(schemaFolder, root), { recursive: true })
  for (const [path, text] of outdated) writeFileSync(new URL(path, root), text)
  for (const path of leftOver(files)) rmSync(new URL(path, root))
  console.log(`${outdated.length} of ${files.size} files written`)
}
