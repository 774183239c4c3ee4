import { createHmac, hash } from 'node:crypto'
import { type DeviceRecord, failure } from '@cufflink/contracts'
import type { RegisteredDevice } from '@cufflink/directory'
import type { Ledger } from '@cufflink/ledger'
import { handOver, hasEarlier, othersFrom } from './assignments.ts'
import { type Commands, envelope, fileOf, notInFuture } from './commands.ts'
import { onWhatHolds } from './deciding.ts'
import type { Asked } from './operation-routes.ts'
import { inTime } from './saver.ts'
import { requireUnlocked } from './under-lock.ts'

export type DeviceRoutesOptions = {
  /** The key that devices' secrets are made with. */
  readonly secretKey: string
  readonly ledger: Pick<Ledger, 'endOffsets' | 'partitionOf'>
}

/** Devices: register, give to a patient, revoke; what of theirs waits for a patient and is none's. */
export function deviceRoutes(commands: Commands, { secretKey, ledger }: DeviceRoutesOptions): void {
  const { routes, save, practices, registry, clock } = commands

  /** A device that another console has just registered is waited for. */
  async function deviceOf(of: { practice: string; device: string }): Promise<RegisteredDevice> {
    const known = (): RegisteredDevice | undefined => {
      const found = registry.find(of.device)
      return found?.tenant === of.practice ? found : undefined
    }
    const found = known()
    if (found !== undefined) return found
    await inTime(() => registry.caughtUp())
    const later = known()
    if (later === undefined) throw failure('DEVICE_UNKNOWN')
    return later
  }

  routes.answer('registerDevice', async (asked) => {
    const { params, body, id } = asked
    const { device, model, patient } = body
    await practices.get(params.practice)
    if (patient !== undefined) await fileOf(commands, { ...params, patient })
    // 256 bits that no one can guess, and the same for the same command: a caller that lost the answer asks again with its key.
    const secret = createHmac('sha256', secretKey).update(`device ${device} ${id}`).digest('base64url')
    const secretDigest = hash('sha256', secret, 'hex')
    const assignments = patient === undefined ? [] : [{ patient, from: clock.now() }]
    await onWhatHolds(async (part) => {
      const known = registry.find(device)
      if (known?.tenant === params.practice && known.secretDigest === secretDigest) return
      if (known !== undefined) throw failure('DEVICE_TAKEN')
      const data = { device, model, secretDigest, status: 'active', assignments } as const
      await save({ ...envelope(asked, clock, part), v: 2, type: 'device.registered', data })
    })
    return { device, secret }
  })

  const change = (
    asked: Asked<'assignDevice' | 'revokeDevice'>,
    to: (record: DeviceRecord) => DeviceRecord | Promise<DeviceRecord>,
  ) =>
    onWhatHolds(async (part) => {
      const { tenant: _, version: replaces, ...record } = await deviceOf(asked.params)
      const data = { ...(await to(record)), replaces }
      await save({ ...envelope(asked, clock, part), v: 2, type: 'device.registered', data })
    })

  routes.answer('assignDevice', async (asked) => {
    const { params, body } = asked
    await deviceOf(params)
    await fileOf(commands, { practice: params.practice, patient: body.patient })
    const next = { patient: body.patient, from: notInFuture(body.from ?? clock.now(), clock) }
    await change(asked, async (record) => {
      // Only what a person asked for: who gives it to its patient once more, from now on, takes nothing away.
      if (body.from !== undefined && hasEarlier(record.assignments, next))
        throw failure('DEVICE_ASSIGNED_EARLIER')
      const others = othersFrom(record.assignments, next)
      const start = next.from
      await requireUnlocked(commands, asked, [
        { patient: next.patient, start },
        ...others.map(({ patient, from, to: end }) => ({
          patient,
          start: Math.max(start, from),
          ...(end !== undefined && { end }),
        })),
      ])
      if (others.length > 0 && body.move !== true)
        throw failure('DEVICE_HELD', {
          conflicts: others.map(({ patient, from, to }) => ({
            patient,
            from,
            ...(to !== undefined && { to }),
          })),
        })
      return { ...record, assignments: handOver(record.assignments, next) }
    })
  })

  routes.answer('dismissReadings', async (asked) => {
    const { params, body } = asked
    const { device } = await deviceOf(params)
    const end = (await inTime(() => ledger.endOffsets('unassigned')))[ledger.partitionOf(device)] ?? 0
    // Nothing came in that a person could mean.
    if (end === 0) return
    const data = { device, through: body.through ?? end - 1, reason: body.reason }
    await save({ ...envelope(asked, clock), type: 'reading.dismissed', data })
  })

  routes.answer('revokeDevice', (asked) => change(asked, (record) => ({ ...record, status: 'revoked' })))
}
