import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type LoadResult,
  type Service,
  startGatewayService,
  startKafka,
  startMosquitto,
} from '@cufflink/testkit'
import { cpuTimeUs } from './cpu-time.ts'
import { asEnvironment, kafkaOf, register, sqlite } from './ledgers.ts'
import { load, shapes } from './load.ts'
import type { Report } from './report.ts'

const WARM_UP_MS = 3_000
const FOR_MS = 6_000
const ROUNDS = 2
const FIRST_READING = Date.UTC(2021, 0, 1)
const YEAR_MS = 365 * 86_400_000

/** A few connections that bring all of the load are a bridge, not devices: the share of one device is lifted. */
const UNSHARED = {
  MQTT_DEVICE_READINGS_PER_SECOND: '1000000',
  MQTT_DEVICE_READINGS_PER_DAY: '1000000000',
}

type Measured = LoadResult & { readonly cpuUsPerMsg?: number }
type Target = { readonly name: string; readonly port: number; readonly service?: Service }

/**
 * QoS 1 with PUBACK after the ledger, on both engines, against Mosquitto taking the same load without durability.
 * Rounds alternate, so that what else the machine does falls on all alike; the better of two counts for each.
 */
export async function benchIngest(report: Report): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-bench-')))
  const mosquitto = stack.use(await startMosquitto())
  const kafka = stack.use(await startKafka({ java: [] }))
  const targets: Target[] = [{ name: 'mosquitto', port: Number(new URL(mosquitto.url).port) }]
  for (const settings of [sqlite(folder.path), kafkaOf(kafka.brokers)]) {
    await register(settings)
    const service = stack.use(await startGatewayService({ env: { ...asEnvironment(settings), ...UNSHARED } }))
    targets.push({ name: settings.LEDGER_ENGINE, port: service.mqttPort, service })
  }
  report.note('QoS 1, PUBACK after the ledger; the reference is Mosquitto, not durable.')
  let run = 0
  for (const [bench, shape] of Object.entries(shapes)) {
    const best = new Map<string, Measured>()
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const target of targets) {
        run += 1
        const measured = await measure(target, {
          ...shape,
          firstMeasuredAt: FIRST_READING + (run * YEAR_MS) / 12,
        })
        const before = best.get(target.name)
        if (before === undefined || better(measured, before)) best.set(target.name, measured)
      }
    }
    const reference = best.get('mosquitto')!
    for (const { name } of targets.slice(1)) {
      const { perSecond: ours, p50Ms, p99Ms, cpuUsPerMsg } = best.get(name)!
      const cpu = cpuUsPerMsg === undefined ? {} : { cpuUsPerMsg }
      report.add({
        bench: `ingest: ${bench}`,
        engine: name,
        ours,
        reference: reference.perSecond,
        p50Ms,
        p99Ms,
        ...cpu,
      })
    }
    report.note(`  Mosquitto: p50 ${reference.p50Ms.toFixed(2)} ms  p99 ${reference.p99Ms.toFixed(2)} ms`)
  }
}

/** The faster one; of a paced load, whose rates are the same, the one with the shorter tail. */
const better = (a: Measured, b: Measured): boolean =>
  Math.abs(a.perSecond / b.perSecond - 1) < 0.01 ? a.p99Ms < b.p99Ms : a.perSecond > b.perSecond

async function measure(
  { port, service }: Target,
  shape: { devices: number; window: number; perSecond?: number; firstMeasuredAt: number },
): Promise<Measured> {
  const before = service && cpuTimeUs(service.pid)
  const result = await load({ ...shape, host: '127.0.0.1', port, warmUpMs: WARM_UP_MS, forMs: FOR_MS })
  const after = service && cpuTimeUs(service.pid)
  if (before === undefined || after === undefined) return result
  // The warm-up's messages are not counted, but its time is: take the share of the counted stretch.
  const counted = FOR_MS / (FOR_MS + WARM_UP_MS)
  return { ...result, cpuUsPerMsg: ((after - before) * counted) / result.acknowledged }
}
