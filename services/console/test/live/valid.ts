import assert from 'node:assert/strict'
import {
  type Chart,
  liveSchemas,
  type MonthMessage,
  type OpsReport,
  type Patch as PatchMessage,
  type Pong as PongMessage,
  type Window as WindowMessage,
  type WorkMessage,
} from '@cufflink/contracts'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

/** What each websocket tells by itself. */
export type LiveMessages = {
  livePractice: WindowMessage | PatchMessage
  livePatient: Chart
  liveWork: WorkMessage
  liveMonth: MonthMessage
  liveOps: OpsReport
}
export type LiveName = keyof LiveMessages

const {
  Window,
  Patch,
  Pong,
  Chart: ChartSchema,
  WorkMessage: Work,
  MonthMessage: Month,
  OpsReport: Ops,
} = liveSchemas
const validators = {
  livePractice: Compile(Type.Union([Window, Patch])),
  livePatient: Compile(ChartSchema),
  liveWork: Compile(Work),
  liveMonth: Compile(Month),
  liveOps: Compile(Ops),
} as const

const pong = Compile(Pong)

/** The answer to a ping; `undefined` for any other message. */
export function pongOf(text: string): PongMessage | undefined {
  const message: unknown = JSON.parse(text)
  return pong.Check(message) ? message : undefined
}

/** A message as its schema says that it is; anything else fails the test. */
export function validated<Name extends LiveName>(name: Name, text: string): LiveMessages[Name] {
  const message: unknown = JSON.parse(text)
  const validator = validators[name]
  assert.deepEqual(
    [...validator.Errors(message)].slice(0, 3),
    [],
    `a message of ${name} is not of its schema`,
  )
  return message as LiveMessages[Name]
}
