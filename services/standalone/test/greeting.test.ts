import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { greeting } from '../src/greeting.ts'

const greet = (consolePort: number, mqttPort: number, STATE_DIR = '.cufflink') =>
  greeting(
    {
      consoleUrl: `http://127.0.0.1:${consolePort}`,
      mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
      engines: 'SQLite',
    },
    { STATE_DIR },
  )

test('The greeting has the eight lines of the README, and each reaches the ports that are set', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
  const lines = readme.match(/^npm run cufflink -- (practice|user|patient|device) .*$/gm)
  assert.equal(lines?.length, 8)
  const usual = greet(3000, 1883)
  const other = greet(3100, 1999)
  for (const line of lines) {
    assert.ok(usual.includes(`\n  ${line}\n`), line)
    assert.ok(other.includes(`\n  CUFFLINK_CONSOLE=http://127.0.0.1:3100 MQTT_PORT=1999 ${line}\n`), line)
  }
})

test('The greeting names the state folder where it is another: the operator key lies there', () => {
  const ours = (folder: string) =>
    greet(3000, 1883, folder).match(/^ {2}(.*)npm run cufflink -- practice/m)?.[1]
  assert.equal(ours('/var/lib/cufflink'), 'STATE_DIR=/var/lib/cufflink ')
  assert.equal(ours("/home/o'hara/my files"), "STATE_DIR='/home/o'\\''hara/my files' ")
})
