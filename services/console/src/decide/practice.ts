import { usualSettings } from '@cufflink/charts'
import { type AnswerOf, type Fact, type FactOf, failure } from '@cufflink/contracts'
import { type Command, type Decision, type DecisionOf, isOn, recordEnvelope, requireZone } from './command.ts'

/** What a change that reaches lines of the past would do to them. */
export type Effects = Omit<AnswerOf<'changeCredential'>, 'saved'>

export const noEffects: Effects = { changes: [], failed: [] }

/** Whether a person has seen the effects, or there are none to see. */
export const maySave = ({ changes, failed }: Effects, confirm: true | undefined): boolean =>
  confirm === true || (changes.length === 0 && failed.length === 0)

type Before<Type extends 'practice.opened' | 'practice.configured'> = {
  /** The record that holds. */
  readonly before: FactOf<Type> | undefined
}

/** The practice as it would be: what is not said stays. @throws {CufflinkError} ZONE_UNKNOWN · REQUEST_INVALID of a new one without a name or a zone */
export function practiceOpened(
  { before }: Before<'practice.opened'>,
  command: Command<'openPractice'>,
): FactOf<'practice.opened'> {
  const { confirm: _, ...body } = command.body
  if (body.zone !== undefined) requireZone(body.zone)
  const { name, zone } = { ...before?.data, ...body }
  if (name === undefined || zone === undefined)
    throw failure('REQUEST_INVALID', { detail: 'A new practice needs a name and a zone.' })
  const data = { name, zone, ...(before && { replaces: before.id }) }
  return { ...recordEnvelope(command), v: 2, type: 'practice.opened', data }
}

/** Saves the practice where the effects of another zone were seen. */
export function openPractice(
  { opened, effects }: { readonly opened: FactOf<'practice.opened'>; readonly effects: Effects },
  { body }: Command<'openPractice'>,
): DecisionOf<'openPractice'> {
  if (!maySave(effects, body.confirm)) return { facts: [], answer: { saved: false, ...effects } }
  return { facts: [opened], answer: { saved: true, ...effects }, stands: isOn(opened) }
}

export function configurePractice(
  { before }: Before<'practice.configured'>,
  command: Command<'configurePractice'>,
): Decision {
  const data = { ...usualSettings, ...before?.data, ...command.body, ...(before && { replaces: before.id }) }
  const configured: Fact = { ...recordEnvelope(command), v: 2, type: 'practice.configured', data }
  return { facts: [configured], stands: isOn(configured) }
}
