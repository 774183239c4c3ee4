import { relative } from 'node:path'
import { inspect, stripVTControlCharacters } from 'node:util'
import type { Outcome } from './outcome.ts'

/** What node:test tells of a file, as far as it matters here. */
export type FileEvent = {
  readonly type: 'test:start' | 'test:pass' | 'test:fail' | 'test:stdout' | 'test:stderr'
  readonly data: {
    readonly name?: string
    readonly nesting?: number
    readonly skip?: string | boolean
    readonly todo?: string | boolean
    readonly message?: string
    readonly duration_ms?: number
    readonly details?: { readonly type?: string; readonly duration_ms?: number; readonly error?: unknown }
  }
}

type Failure = { readonly title: string; readonly kind: string; readonly error: unknown }
type Tally = { passed: number; readonly skipped: string[]; readonly failures: Failure[] }

/** A file's events as the lines to print and the numbers to add. */
export function fileReport(
  path: string,
  events: readonly FileEvent[],
): { lines: readonly string[]; outcome: Outcome } {
  const file = relative(process.cwd(), path)
  const { passed, skipped, failures: found } = tally(file, events)
  const printed = events
    .map(({ type, data }) => (/std(out|err)$/.test(type) ? (data.message ?? '') : ''))
    .join('')
  const lacking =
    found.some(({ error }) => lacksEngine(error)) ||
    /code: 'ENGINE_MISSING'/.test(stripVTControlCharacters(printed))
  const isLack = ({ kind, error }: Failure): boolean =>
    lacksEngine(error) || (lacking && ['cancelledByParent', 'test failed'].includes(kind))
  const failed = found.filter((failure) => !isLack(failure))
  const notRun = [...skipped, ...found.filter(isLack).map(({ title }) => `${title} (an engine is missing)`)]
  if (passed + found.length + skipped.length === 0)
    failed.push({ title: file, kind: 'empty', error: 'There is no test in it.' })
  const head = `${failed.length > 0 ? '✖' : '✔'} ${file}: ${counts(passed, failed.length, notRun.length)}`
  const failures = failed.map(({ title, error }) => indent(`✖ ${title}\n${errorText(error)}`))
  if (failed.length > 0 && printed.trim() !== '')
    failures.push(indent(`${file} printed:\n${printed.trimEnd()}`))
  return { lines: [head, ...failures], outcome: { passed, failed: failed.length, failures, notRun } }
}

function tally(file: string, events: readonly FileEvent[]): Tally {
  const found: Tally = { passed: 0, skipped: [], failures: [] }
  const path: string[] = []
  for (const { type, data } of events) {
    const { name = '', nesting = 0, details, skip, todo } = data
    if (!['test:start', 'test:pass', 'test:fail'].includes(type)) continue
    path.splice(nesting, path.length, name)
    const title = [file, ...path.filter((part) => !part.endsWith(file))].join(' › ')
    const kind = failureKind(details?.error)
    if (type === 'test:start' || kind === 'subtestsFailed') continue
    if ((skip ?? false) !== false || (todo ?? false) !== false)
      found.skipped.push(`${title}${reason(skip ?? todo)}`)
    else if (type === 'test:fail') found.failures.push({ title, kind, error: causeOf(details?.error) })
    else if (details?.type !== 'suite' && !name.endsWith(file)) found.passed += 1
  }
  return found
}

const counts = (passed: number, failed: number, notRun: number): string =>
  [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(notRun > 0 ? [`${notRun} not run`] : []),
  ].join(', ')

const reason = (why: string | boolean | undefined): string =>
  typeof why === 'string' && why !== '' ? ` (${why})` : ''

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

const causeOf = (error: unknown): unknown => property(error, 'cause') ?? error

// A file that ends with an error before its tests has no kind of its own: its cause is the words "test failed".
function failureKind(error: unknown): string {
  if (causeOf(error) === 'test failed') return 'test failed'
  const kind = property(error, 'failureType')
  return typeof kind === 'string' ? kind : ''
}

function lacksEngine(error: unknown): boolean {
  for (let at = error; at !== undefined && at !== null; at = property(at, 'cause')) {
    if (property(at, 'code') === 'ENGINE_MISSING') return true
  }
  return false
}

const errorText = (error: unknown): string =>
  typeof error === 'string' ? error : inspect(error, { depth: 5, maxStringLength: 2000, maxArrayLength: 50 })

const indent = (text: string): string => text.replace(/^/gm, '    ')
