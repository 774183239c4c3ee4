import { hash, randomBytes, randomUUID } from 'node:crypto'
import {
  type AssignDevice,
  commandSchemas,
  DeviceId,
  type DeviceRecord,
  type DeviceSecret,
  type EnrolPatient,
  failure,
  type OpenPractice,
  type PracticeList,
  type RegisterDevice,
  Slug,
} from '@cufflink/contracts'
import type { Ledger, Registry } from '@cufflink/ledger'
import { localDate } from '@cufflink/rules'
import type { Clock } from '@cufflink/runtime'
import type { Views } from '@cufflink/views'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Rows } from '../live/rows.ts'
import { refuseOtherOrigins } from '../origin.ts'
import { handOver } from './assignments.ts'
import { createSaver } from './saver.ts'

/** Whoever commands: people sign in from a later version on. */
const BY = 'user:local'
const SECRET_BYTES = 32

export type CommandOptions = {
  readonly ledger: Ledger
  readonly views: Views
  readonly registry: Registry
  readonly rows: Rows
  readonly clock: Clock
}

type PracticeParams = { Params: { practice: string } }
type PatientParams = { Params: { practice: string; patient: string } }
type DeviceParams = { Params: { practice: string; device: string } }
const practiceParams = Type.Object({ practice: Slug })
const patientParams = Type.Object({ practice: Slug, patient: Slug })
const deviceParams = Type.Object({ practice: Slug, device: DeviceId })

/** The commands of the HTTP API. Each answers once its fact is durable (design rule 1). */
export async function commandRoutes(app: FastifyInstance, options: CommandOptions): Promise<void> {
  const { registry, rows, clock } = options
  app.addHook('preValidation', refuseOtherOrigins)

  const save = createSaver(options)
  const envelope = (tenant: string) => ({ id: randomUUID(), v: 1, tenant, at: clock.now(), by: BY }) as const

  async function requirePractice(practice: string): Promise<void> {
    if ((await rows.practice(practice)) === undefined) throw failure('PRACTICE_UNKNOWN')
  }

  async function requirePatient(practice: string, patient: string): Promise<void> {
    if (!(await rows.patients(practice)).includes(patient)) throw failure('PATIENT_UNKNOWN')
  }

  function requireDevice({ practice, device }: { practice: string; device: string }): DeviceRecord {
    const found = registry.find(device)
    if (found === undefined || found.tenant !== practice) throw failure('DEVICE_UNKNOWN')
    const { tenant: _, ...record } = found
    return record
  }

  app.get('/api/practices', async (): Promise<PracticeList> => ({ practices: [...(await rows.practices())] }))

  app.put<PracticeParams & { Body: OpenPractice }>(
    '/api/practices/:practice',
    { schema: { params: practiceParams, body: commandSchemas.OpenPractice } },
    async ({ params, body }, reply) => {
      requireZone(body.zone)
      await save({ ...envelope(params.practice), type: 'practice.opened', data: body })
      return reply.status(204).send()
    },
  )

  app.put<PatientParams & { Body: EnrolPatient }>(
    '/api/practices/:practice/patients/:patient',
    { schema: { params: patientParams, body: commandSchemas.EnrolPatient } },
    async ({ params, body }, reply) => {
      requireZone(body.zone)
      await requirePractice(params.practice)
      const { patient, practice } = params
      // Who corrects a name or a zone says nothing of the beginning: it stays.
      const enrolledAt = body.enrolledAt ?? (await rows.enrolledAt(practice, patient)) ?? clock.now()
      const data = { patient, name: body.name, zone: body.zone, enrolledAt }
      await save({ ...envelope(params.practice), type: 'patient.enrolled', data })
      return reply.status(204).send()
    },
  )

  app.post<PracticeParams & { Body: RegisterDevice }>(
    '/api/practices/:practice/devices',
    { schema: { params: practiceParams, body: commandSchemas.RegisterDevice } },
    async ({ params, body }, reply) => {
      await requirePractice(params.practice)
      if (body.patient !== undefined) await requirePatient(params.practice, body.patient)
      if (registry.find(body.device) !== undefined) throw failure('DEVICE_TAKEN')
      const secret = randomBytes(SECRET_BYTES).toString('base64url')
      const assignments = body.patient === undefined ? [] : [{ patient: body.patient, from: clock.now() }]
      const { device, model } = body
      const data = {
        device,
        model,
        secretDigest: hash('sha256', secret, 'hex'),
        status: 'active',
        assignments,
      } as const
      await save({ ...envelope(params.practice), type: 'device.registered', data })
      const answer: DeviceSecret = { device, secret }
      return reply.status(201).send(answer)
    },
  )

  app.put<DeviceParams & { Body: AssignDevice }>(
    '/api/practices/:practice/devices/:device/patient',
    { schema: { params: deviceParams, body: commandSchemas.AssignDevice } },
    async ({ params, body }, reply) => {
      const record = requireDevice(params)
      await requirePatient(params.practice, body.patient)
      const assignments = handOver(record.assignments, {
        patient: body.patient,
        from: body.from ?? clock.now(),
      })
      await save({
        ...envelope(params.practice),
        type: 'device.registered',
        data: { ...record, assignments },
      })
      return reply.status(204).send()
    },
  )

  app.delete<DeviceParams>(
    '/api/practices/:practice/devices/:device',
    { schema: { params: deviceParams } },
    async ({ params }, reply) => {
      const data = { ...requireDevice(params), status: 'revoked' } as const
      await save({ ...envelope(params.practice), type: 'device.registered', data })
      return reply.status(204).send()
    },
  )
}

function requireZone(zone: string): void {
  // A fixed offset is understood as well, and would be wrong half the year.
  if (!/^[A-Za-z]/.test(zone)) throw failure('ZONE_UNKNOWN')
  try {
    localDate(0, zone)
  } catch {
    throw failure('ZONE_UNKNOWN')
  }
}
