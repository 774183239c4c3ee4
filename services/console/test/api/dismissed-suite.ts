import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { OpsReport } from '@cufflink/contracts'
import type { SignedInPerson } from '@cufflink/testkit'
import { type Engines, enrol, type RunningConsole, refused, startConsoleOn } from '../console-fixture.ts'
import { openReader } from '../live/live-reader.ts'

const practice = 'riverside'
const AT = 1_790_000_000_000

/** A person says that waiting readings are no patient's, on any engines `open` gives. */
export function dismissedSuite(name: string, open: () => Promise<Engines>): void {
  describe(`${name}: readings that a person dismissed`, () => {
    let engines: Engines
    let console: RunningConsole
    let olga: SignedInPerson
    before(async () => {
      engines = await open()
      console = await startConsoleOn(engines)
      await enrol(console, practice)
      await enrol(console, 'lakeside')
      olga = await console.person(practice, 'olga', 'ops')
    })
    after(async () => {
      await console[Symbol.asyncDispose]()
      await engines[Symbol.asyncDispose]()
    })

    const registered = async (device: string) => {
      await console.operator.call('registerDevice', { params: { practice }, body: { device, model: 'BPM' } })
      return { practice, device }
    }
    const parked = async (device: string, id: string): Promise<number> => {
      const { offset } = await engines.ledger.append({
        v: 1,
        tenant: practice,
        at: AT,
        by: `device:${device}`,
        id: `${device}-${id}`,
        type: 'reading.parked',
        data: {
          reading: {
            device,
            measuredAt: AT,
            gatewayReceivedAt: AT,
            clockQuality: 'synced',
            measurement: { kind: 'body-weight', weightKg: 80 },
          },
        },
      })
      return offset
    }
    const countOf = ({ waiting }: OpsReport, of: string): number =>
      waiting.find(({ device }) => device === of)?.count ?? 0
    const shows = async (device: string, count: number, person = olga): Promise<void> => {
      using ops = openReader(person, 'liveOps', { practice })
      await ops.until(
        (reports) => reports.length > 0 && countOf(reports.at(-1)!, device) === count,
        `${count} waiting readings of ${device}`,
      )
    }
    const dismissals = async (device: string) =>
      (await console.facts('unassigned', device)).filter(({ type }) => type === 'reading.dismissed')

    test('leave the list however often it is said, on every console, and stand on the ledger with who and why', async () => {
      const params = await registered('cuff-1')
      await parked('cuff-1', 'a')
      const through = await parked('cuff-1', 'b')
      await parked('cuff-1', 'not-seen')
      await shows('cuff-1', 3)
      const body = { reason: 'The cuff of the front desk.', through }
      await olga.call('dismissReadings', { params, body })
      await shows('cuff-1', 1)
      await parked('cuff-1', 'later')
      await olga.call('dismissReadings', { params, body })
      await shows('cuff-1', 2)
      for (const { by, data } of await dismissals('cuff-1'))
        assert.deepEqual({ by, data }, { by: 'user:olga', data: { device: 'cuff-1', ...body } })
      await using other = await startConsoleOn(engines)
      await shows('cuff-1', 2, await other.person(practice, 'otto', 'administrator'))
    })

    test('are all that wait where the person does not say up to which, and never one that is still to come', async () => {
      const params = await registered('cuff-2')
      for (const through of [undefined, 1_000_000]) {
        await parked('cuff-2', `first ${through}`)
        await shows('cuff-2', 1)
        const body = { reason: 'A test device.', ...(through !== undefined && { through }) }
        await olga.call('dismissReadings', { params, body })
        await shows('cuff-2', 0)
      }
      await parked('cuff-2', 'to come')
      await shows('cuff-2', 1)
    })

    test('are of a device of the practice', async () => {
      await registered('cuff-3')
      const body = { reason: 'A test device.' }
      const params = { practice: 'lakeside', device: 'cuff-3' }
      await refused(console.operator.call('dismissReadings', { params, body }), 'DEVICE_UNKNOWN')
      assert.deepEqual(await dismissals('cuff-3'), [])
    })
  })
}
