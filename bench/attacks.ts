import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempDisposableSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AttackOptions,
  type LoadOptions,
  type LoadResult,
  type Service,
  startEmbedded,
  startGatewayService,
  startKafka,
} from '@cufflink/testkit'
import { asEnvironment, kafkaOf, register, sqlite } from './ledgers.ts'
import { attack, load } from './load.ts'
import type { Report } from './report.ts'

const GOOD_DEVICES = 100
const GOOD_PER_SECOND = 200
const WARM_UP_MS = 3_000
const FOR_MS = 12_000
/** The attack goes on while the load ends and the program stops. */
const MORE_MS = 8_000
const HOST = '127.0.0.1'
const FIRST_READING = Date.UTC(2021, 0, 1)
const MONTH_MS = 30 * 86_400_000

/** What one device's credential, or those of fifty, can do. The good devices have the first hundred. */
const attacks = {
  'one device floods on 20 connections': { devices: 1, connections: 20, sends: 'readings', reads: true },
  '50 devices never read a PUBACK': { devices: 50, connections: 50, sends: 'readings', reads: false },
  'one device, 2,000 readings/s': {
    devices: 1,
    connections: 1,
    sends: 'readings',
    reads: true,
    perSecond: 2_000,
  },
  'one device repeats one reading on 20': { devices: 1, connections: 20, sends: 'copies', reads: true },
  'one credential, 1,500 × arrays of 1,000': {
    devices: 1,
    connections: 1_500,
    sends: 'batches',
    reads: true,
  },
} as const satisfies Record<string, Partial<AttackOptions>>

/** `only`: a part of the names of the attacks that are made. */
export type AttacksOptions = { readonly only: string }

type Target = { readonly name: string; readonly port: number; readonly service: Service }

/**
 * The PUBACKs of 100 devices at 200 readings a second, alone and beside what a device must not be able to do to others.
 * The reference of each row is the quiet rate of the same run; the tail's is quiet beside a process that keeps one core busy, for an attack
 * is made on the same machine and does at least that. A stop in the midst of each attack ends it.
 */
export async function benchAttacks(report: Report, { only }: AttacksOptions): Promise<void> {
  for (const start of [embedded, onKafka]) {
    await using stack = new AsyncDisposableStack()
    await against(await start(stack), report, only)
  }
}

// A heap of 1 GB: what is under way must fit.
const HEAP = { NODE_OPTIONS: '--max-old-space-size=1024' }

async function embedded(stack: AsyncDisposableStack): Promise<Target> {
  const { path } = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-bench-')))
  await register(sqlite(path))
  const service = stack.use(
    await startEmbedded({ stateDir: path, env: { ...asEnvironment(sqlite(path)), ...HEAP } }),
  )
  return { name: 'embedded', port: Number(new URL(service.mqttUrl).port), service }
}

async function onKafka(stack: AsyncDisposableStack): Promise<Target> {
  const kafka = stack.use(await startKafka({ java: [] }))
  const settings = kafkaOf(kafka.brokers)
  await register(settings)
  const service = stack.use(await startGatewayService({ env: { ...asEnvironment(settings), ...HEAP } }))
  return { name: 'gateway on Kafka', port: service.mqttPort, service }
}

async function against({ name, port, service }: Target, report: Report, only: string): Promise<void> {
  let run = 0
  const good = (): LoadOptions => ({
    host: HOST,
    port,
    devices: GOOD_DEVICES,
    window: 10,
    perSecond: GOOD_PER_SECOND,
    warmUpMs: WARM_UP_MS,
    forMs: FOR_MS,
    firstMeasuredAt: FIRST_READING + (run += 1) * MONTH_MS,
  })
  const row = (bench: string, { perSecond, p50Ms, p99Ms }: LoadResult): void =>
    report.add({
      bench: `attacks: ${bench}`,
      engine: name,
      ours: perSecond,
      reference: quiet.perSecond,
      p50Ms,
      p99Ms,
    })

  const quiet = await load(good())
  row('quiet', quiet)
  const burner = keepOneCoreBusy()
  const busy = await load(good())
  burner.kill()
  row('quiet, one core busy', busy)
  let device = GOOD_DEVICES
  for (const [bench, shape] of Object.entries(attacks).filter(([bench]) => bench.includes(only))) {
    const options = { host: HOST, port, ...shape, firstDevice: device, forMs: WARM_UP_MS + FOR_MS + MORE_MS }
    device += shape.devices
    const attacking = attack(options)
    const measured = await load(good()).catch((): LoadResult => nothing)
    row(bench, measured)
    const megabytes = residentMb(service)
    const since = performance.now()
    await service.stop()
    const stopMs = performance.now() - since
    const { sent, acknowledged, closed } = await attacking
    report.note(
      `  p99 ${(measured.p99Ms / busy.p99Ms).toFixed(1)} × quiet with one core busy, ${(measured.p99Ms / quiet.p99Ms).toFixed(1)} × quiet, max ${measured.maxMs.toFixed(0)} ms; ${megabytes} MB resident; ` +
        `stopped in the midst of it in ${stopMs.toFixed(0)} ms; ` +
        `the attack sent ${sent}, had ${acknowledged} PUBACKs and ${closed} connections closed`,
    )
    await service.start()
  }
}

/** Ends by itself where no one ends it. */
const keepOneCoreBusy = (): ChildProcess =>
  spawn(process.execPath, [
    '-e',
    `for (const since = Date.now(); Date.now() - since < ${WARM_UP_MS + FOR_MS + MORE_MS}; );`,
  ])

/** A process that ended has no answers. */
const nothing: LoadResult = {
  acknowledged: 0,
  perSecond: 0,
  p50Ms: Number.NaN,
  p99Ms: Number.NaN,
  maxMs: Number.NaN,
}

function residentMb(service: Service): number {
  try {
    const pages = Number(readFileSync(`/proc/${service.pid}/statm`, 'utf8').split(' ')[1])
    return Math.round((pages * 4_096) / 1e6)
  } catch {
    return Number.NaN
  }
}
