import { createHmac, hash } from 'node:crypto'
import { type DeviceRecord, failure } from '@cufflink/contracts'
import { handOver } from './assignments.ts'
import { type Commands, envelope, fileOf } from './commands.ts'

/** Devices: register, give to a patient, revoke. `secretKey` is the key that devices' secrets are made with. */
export function deviceRoutes(commands: Commands, secretKey: string): void {
  const { routes, save, practices, registry, clock } = commands

  function requireDevice({ practice, device }: { practice: string; device: string }): DeviceRecord {
    const found = registry.find(device)
    if (found === undefined || found.tenant !== practice) throw failure('DEVICE_UNKNOWN')
    const { tenant: _, ...record } = found
    return record
  }

  routes.answer('registerDevice', async (asked) => {
    const { params, body, id } = asked
    const { device, model, patient } = body
    await practices.get(params.practice)
    if (patient !== undefined) await fileOf(commands, { ...params, patient })
    // 256 bits that nobody can guess, and the same for the same command: whoever lost the answer asks again with its key.
    const secret = createHmac('sha256', secretKey).update(`device ${device} ${id}`).digest('base64url')
    const secretDigest = hash('sha256', secret, 'hex')
    const known = registry.find(device)
    if (known?.tenant === params.practice && known.secretDigest === secretDigest) return { device, secret }
    if (known !== undefined) throw failure('DEVICE_TAKEN')
    const assignments = patient === undefined ? [] : [{ patient, from: clock.now() }]
    const data = { device, model, secretDigest, status: 'active', assignments } as const
    await save({ ...envelope(asked, clock), type: 'device.registered', data })
    return { device, secret }
  })

  routes.answer('assignDevice', async (asked) => {
    const { params, body } = asked
    const record = requireDevice(params)
    await fileOf(commands, { practice: params.practice, patient: body.patient })
    const from = body.from ?? clock.now()
    const assignments = handOver(record.assignments, { patient: body.patient, from })
    await save({ ...envelope(asked, clock), type: 'device.registered', data: { ...record, assignments } })
  })

  routes.answer('revokeDevice', async (asked) => {
    const data = { ...requireDevice(asked.params), status: 'revoked' } as const
    await save({ ...envelope(asked, clock), type: 'device.registered', data })
  })
}
