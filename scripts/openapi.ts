import { errorTable, type Operation, operationSchemas, operations, paramSchemas } from '@cufflink/contracts'

// The API as OpenAPI 3.1 and as a page, from the table of operations.

type Json = Record<string, unknown>

const entries = Object.entries(operations) as readonly [keyof typeof operations, Operation][]
const http = entries.filter(([, { socket }]) => socket !== true)
const sockets = entries.filter(([, { socket }]) => socket === true)

const whoMay = ({ access }: Operation): string =>
  access === 'anybody' ? 'anybody' : access === 'signed-in' ? 'anyone signed in' : access.join(', ')

/** Failures that any operation may answer with, by status. */
function failures(): Json {
  const perStatus = Map.groupBy(Object.entries(errorTable), ([, { http: status }]) => status)
  return Object.fromEntries(
    [...perStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, rows]) => [
        `Failure${status}`,
        {
          description: rows.map(([code]) => code).join(', '),
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['code', 'message'],
                properties: {
                  code: { enum: rows.map(([code]) => code) },
                  message: { type: 'string' },
                  conflicts: { type: 'array', items: { type: 'object' } },
                  violations: {
                    type: 'array',
                    items: {
                      type: 'object',
                      required: ['property', 'rule'],
                      properties: { property: { type: 'string' }, rule: { type: 'string' } },
                    },
                  },
                },
              },
            },
          },
        },
      ]),
  )
}

function operationOf(name: keyof typeof operations, operation: Operation): Json {
  const { method, path, does, status = 200, access } = operation
  const { body, answer } = operationSchemas[name] as { body?: Json; answer?: Json }
  const params = [...path.matchAll(/:(\w+)/g)].map(([, param]) => ({
    name: param,
    in: 'path',
    required: true,
    schema: paramSchemas[param as keyof typeof paramSchemas],
  }))
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'The same key with the same body is the same command, however often it comes.',
    schema: { type: 'string', minLength: 1, maxLength: 128 },
  }
  const media = answer?.['type'] === 'string' ? 'text/plain' : 'application/json'
  return {
    operationId: name,
    summary: does,
    description: `Who may: ${whoMay(operation)}.`,
    security: access === 'anybody' ? [] : [{ session: [] }, { operator: [] }],
    parameters: method === 'GET' ? params : [...params, key],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      ...(answer
        ? { [status]: { description: 'Done.', content: { [media]: { schema: answer } } } }
        : { 204: { description: 'Done.' } }),
      ...Object.fromEntries(
        Object.keys(failures()).map((each) => [each.slice(-3), { $ref: `#/components/responses/${each}` }]),
      ),
    },
  }
}

/** The HTTP API as OpenAPI 3.1; its schemas are JSON Schema 2020-12, as the console checks them. */
export function openApi(): Json {
  const paths: Record<string, Json> = {}
  for (const [name, operation] of http) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: operationOf(name, operation) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cufflink console',
      version: '1',
      description: 'Commands answer once their facts are durable. The websockets are described in api.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:3000' }],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'cufflink', description: 'Set by signIn.' },
        operator: { type: 'http', scheme: 'bearer', description: 'The operator key of the machine.' },
      },
      responses: failures(),
    },
  }
}

const row = ([name, operation]: (typeof entries)[number]): string =>
  `| \`${operation.method} ${operation.path}\` | ${operation.does} | ${whoMay(operation)} | \`${name}\` |`

/** The page of the API. */
export const apiPage = (): string =>
  [
    '# API',
    '',
    'Everything that the pages do goes through this API. [openapi.json](openapi.json) has each shape; `@cufflink/contracts/client` is a typed',
    'client for it.',
    '',
    'Made from `packages/contracts/src/api` by `scripts/schemas.ts`; change it there.',
    '',
    '## Who asks',
    '',
    'A person signs in with `POST /api/session` and gets a cookie (`cufflink`; `__Host-cufflink` over https): http-only,',
    'same-site, good for twelve hours, until they sign out or the account is disabled. The holder of the operator key of the machine',
    'sends it as `Authorization: Bearer …`. What belongs to a practice is open to that practice’s people alone.',
    'A browser’s `Origin` must be the console’s own, or one of `CONSOLE_ORIGINS`. No token ever stands in an address.',
    '',
    '## Commands',
    '',
    '- A command answers once its facts are durable: `204`, or a body.',
    '- With an `Idempotency-Key` a repetition is the same command: the same answer, and nothing twice. The same key with another body',
    '  is refused (`IDEMPOTENCY_MISMATCH`). Send one with each command, and repeat with the same one after a `5xx` or a lost line.',
    '- What is amended is named with the `version` that was read; if someone was faster: `VERSION_CONFLICT`.',
    '- A failure is `{ code, message }` of the [error table](errors.md); `conflicts` shows what stands in the way,',
    '  `violations` which properties break which keyword of the schema (`name` and `text`: the patterns of what people type).',
    '- Instants are milliseconds since 1970.',
    '',
    '| | what | who may | operation |',
    '|---|---|---|---|',
    ...http.map(row),
    '',
    '## Websockets',
    '',
    '| | what | who may | operation |',
    '|---|---|---|---|',
    ...sockets.map(row),
    '',
    'Messages are JSON; their schemas lie in [packages/contracts/schemas](../packages/contracts/schemas/):',
    '',
    '| socket | the console says | the page says |',
    '|---|---|---|',
    '| `livePractice` | `live.window`: the first hundred by name, then what is asked for; `live.patch`, of the next version each; on a gap ask for the window again; `live.pong` to a ping | `live.practice-request`: which window, at any time; ping |',
    '| `livePatient` | `live.chart`, whole, again with each change; `live.pong` to a ping | `live.ping` |',
    '| `liveWork` | `live.work-message`: hello, the timer, how it ended, a warning, a refusal, the day so far | `live.work-request`: start, resume, presence, stop |',
    '| `liveMonth` | `live.month-message`: the month, its lines, progress, the end of a closing | nothing |',
    '| `liveOps` | `live.ops-report`, once a second | nothing |',
    '',
    'A socket is closed with 1008 and a code when it is refused, and with 1013 and a code when trying again may help.',
    '',
    '### A timer',
    '',
    '1. The console says `hello`: its clock, and how often presence must be proven (`heartbeatMs`).',
    '2. `timer.start` with patient, program and category. The answer is `timer`, with `saved: false` until its beginning is durable.',
    '   Whatever timer the person had elsewhere stops; that page is told `timer.stopped`, reason `moved`.',
    '3. `presence { idleMs, atMs }` at least every `heartbeatMs`: how long the timer had run when it was sent, which is the `atMs` of a `timer`',
    '   plus what a stopwatch has gone since, and how long before that the person last moved. No clock of a browser is believed: nothing',
    '   is proven beyond what the console itself measured, and nothing by a message that was late.',
    '   A page that is late is told `presence.due`, and answers with `presence`: a browser holds the timers of a hidden page back, not its messages.',
    '4. No one moved for `warnMs`: `timer.warning`. For `idleMs`: `timer.stopped`, reason `idle`, ending at the last presence.',
    '5. The connection breaks: connect again and send `timer.resume` with its `session`. Within 15 seconds it goes on, on any server;',
    '   later it is refused (`TIMER_LOST`), and ended at the last proof.',
    '',
  ].join('\n')
