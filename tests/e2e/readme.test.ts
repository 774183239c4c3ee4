import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import { test } from 'node:test'
import type { Chart, Patch, Window } from '@cufflink/contracts'
import {
  exercised,
  freePort,
  mosquittoPub,
  type SignedInPerson,
  signIn,
  versionOf,
  waitFor,
} from '@cufflink/testkit'
import { runToEnd, startProgram, temporaryFolder } from './harness/program.ts'

const practice = 'riverside'
const patient = 'p-0001'

/** The lines of the README that add the first practice, people, patient and device, in their order. */
const steps = readFileSync(new URL('../../README.md', import.meta.url), 'utf8').match(
  /^npm run cufflink -- .*$/gm,
)!

test('The first steps of the README, as they are printed, give a reading that counts on the list and on the chart', async () => {
  await using folder = await temporaryFolder()
  const [consolePort, mqttPort] = [String(await freePort()), String(await freePort())]
  const consoleUrl = `http://127.0.0.1:${consolePort}`
  const ports = { CONSOLE_HTTP_PORT: consolePort, GATEWAY_HTTP_PORT: '0', TRACKER_HTTP_PORT: '0' }
  const here = { STATE_DIR: folder.path, MQTT_PORT: mqttPort }
  await using program = startProgram('services/standalone/src/main.ts', { ...ports, ...here })
  await program.prints(/Stop with Ctrl-C/)

  const settings = { PATH: [dirname(mosquittoPub()), process.env['PATH']].join(delimiter) }
  const run = async (line: string): Promise<string> => {
    const { code, out, err } = await runToEnd(
      'sh',
      ['-c', line.replace('npm run cufflink --', ourCommand)],
      settings,
    )
    assert.equal(code, 0, `${line}: ${err}`)
    return out
  }
  const printed: string[] = []
  for (const step of steps) {
    // As the program prints it: with its own ports and folder before it.
    const line = program.out.split('\n').find((text) => text.endsWith(step))
    assert.ok(line, step)
    printed.push(await run(line))
  }
  const password = /^ {2}(\S+)$/m.exec(printed[1]!)![1]!
  const publish = /^ {2}mosquitto_pub [^]*/m.exec(printed.at(-1)!)![0]
  await run(publish)
  exercised('mosquitto_pub', versionOf('mosquitto_pub'))

  const nora = await signIn(consoleUrl, { user: 'nora', password })
  await shows(nora.socket('livePractice', { practice }), 'the list', (messages) => {
    const patients = (messages as readonly (Window | Patch)[]).flatMap((message) => message.rows)
    const row = patients.findLast((one) => one.patient === patient)
    return row?.dataDays === 1 && row.waitsFor.length === 0 && row.lastReadingAt !== undefined
  })
  await shows(
    nora.socket('livePatient', { practice, patient, month: monthNow() }),
    'the chart',
    (messages) => {
      const chart = (messages as readonly Chart[]).at(-1)
      const days = chart?.lines.find(({ code }) => code === '99454')?.have.days
      return chart?.row.dataDays === 1 && chart.readings.length === 1 && days === 1
    },
  )
  assert.match(await explained(nora), /99454 {2}SHORT .*\n.*: 1 data-day\n/)
})

/** What npm runs, once the setup before it has nothing to do. */
const ourCommand = `'${process.execPath}' scripts/cufflink.ts`

/** The practice of the README is in this zone. */
const monthNow = (): string => Temporal.Now.plainDateISO('America/New_York').toString().slice(0, 7)

const explained = (person: SignedInPerson): Promise<string> =>
  person.call('explainMonth', { params: { practice, patient, month: monthNow() } })

async function shows(
  socket: WebSocket,
  what: string,
  fits: (messages: readonly unknown[]) => boolean,
): Promise<void> {
  const messages: unknown[] = []
  socket.addEventListener('message', ({ data }) => messages.push(JSON.parse(String(data))))
  try {
    await waitFor(() => fits(messages), { what: `${what} to count the reading` })
  } finally {
    socket.close()
  }
}
