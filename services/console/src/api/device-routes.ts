import { createHmac, hash } from 'node:crypto'
import { failure } from '@cufflink/contracts'
import type { RegisteredDevice } from '@cufflink/directory'
import type { Ledger } from '@cufflink/ledger'
import * as decide from '../decide/devices.ts'
import { answering, type Commands, fileOf } from './carry-out.ts'
import { inTime } from './saver.ts'

export type DeviceRoutesOptions = {
  /** The key that devices' secrets are made with. */
  readonly secretKey: string
  readonly ledger: Pick<Ledger, 'endOffsets' | 'partitionOf'>
}

/** Devices: register, give to a patient, revoke; what of theirs waits for a patient and is none's. */
export function deviceRoutes(commands: Commands, { secretKey, ledger }: DeviceRoutesOptions): void {
  const { practices, registry } = commands
  const answer = answering(commands)
  type OfDevice = { readonly params: { readonly practice: string; readonly device: string } }

  /** A device that another console has just registered is waited for. @throws {CufflinkError} DEVICE_UNKNOWN */
  async function known({ params: { practice, device } }: OfDevice): Promise<{ device: RegisteredDevice }> {
    const find = () => [registry.find(device)].find((found) => found?.tenant === practice)
    const found = find() ?? (await inTime(() => registry.caughtUp()).then(find))
    if (found === undefined) throw failure('DEVICE_UNKNOWN')
    return { device: found }
  }

  answer(
    'registerDevice',
    async ({ params, body: { device, patient }, id }) => {
      await practices.get(params.practice)
      if (patient !== undefined) await fileOf(commands, { ...params, patient })
      // 256 bits that no one can guess.
      const secret = createHmac('sha256', secretKey).update(`device ${device} ${id}`).digest('base64url')
      return { known: registry.find(device), secret, secretDigest: hash('sha256', secret, 'hex') }
    },
    decide.registerDevice,
  )
  answer(
    'assignDevice',
    async ({ params, body }) => {
      const state = await known({ params })
      await fileOf(commands, { practice: params.practice, patient: body.patient })
      return state
    },
    decide.assignDevice,
  )
  answer('revokeDevice', known, decide.revokeDevice)
  answer(
    'dismissReadings',
    async ({ params }) => {
      const state = await known({ params })
      const ends = await inTime(() => ledger.endOffsets('unassigned'))
      return { ...state, waitingEnd: ends[ledger.partitionOf(params.device)] ?? 0 }
    },
    decide.dismissReadings,
  )
}
