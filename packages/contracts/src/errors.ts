/**
 * Every way Cufflink can fail. `message` is static and safe to log: it says what to do and holds no value.
 * `class` decides what the caller does: `transient` try again · `ambiguous` it may have happened, repeat with the same
 * id · `permanent` change the request. `http` is the status of the reply, `connack` the MQTT 3.1.1 return code (§3.2.2.3).
 */
export const errorTable = {
  INTERNAL: {
    class: 'permanent',
    http: 500,
    message: 'A defect in Cufflink. Please report it with this code and the log line.',
  },
  CONFIG_INVALID: { class: 'permanent', http: 500, message: 'The configuration is not valid.' },
  STATE_IN_USE: {
    class: 'permanent',
    http: 500,
    message:
      'Another Cufflink is running on this state folder. Stop it first, or choose another folder with STATE_DIR.',
  },
  CLOCK_BEFORE_LEDGER: {
    class: 'permanent',
    http: 500,
    message:
      'The clock of this machine is well before the last fact of the ledger. Nothing is taken in. Set the clock; if it is right now and was wrong before, start once with LEDGER_CLOCK_CHECKED=true.',
  },
  CLOCK_IMPOSSIBLE: {
    class: 'permanent',
    http: 500,
    message:
      'The clock of this machine shows a date before 2025 or after 2099. Nothing is taken in. Set the clock; no setting makes it good.',
  },
  STATE_UNWRITABLE: {
    class: 'permanent',
    http: 500,
    message:
      'The state folder (STATE_DIR) cannot be written: it is read-only, or its disk is full or failing. Nothing was saved. Make room, or make it writable, and start again.',
  },
  PORT_IN_USE: {
    class: 'permanent',
    http: 500,
    message: 'The port is taken by another program. Stop that program, or choose another port.',
  },
  ENGINE_MISSING: {
    class: 'permanent',
    http: 500,
    message: 'An engine that is needed could not be found or obtained.',
  },
  ENGINE_FAILED: { class: 'permanent', http: 500, message: 'An engine did not start, or ended on its own.' },
  WAIT_EXPIRED: { class: 'transient', http: 504, message: 'What was waited for did not come in time.' },
  LEDGER_UNAVAILABLE: {
    class: 'transient',
    http: 503,
    message: 'The ledger cannot take the fact now. Nothing was saved; try again.',
  },
  LEDGER_CLOSED: {
    class: 'transient',
    http: 503,
    message: 'The ledger is closing. Nothing was saved; try again.',
  },
  LEDGER_TOPICS_DIFFER: {
    class: 'permanent',
    http: 500,
    message:
      'A topic exists with another number of partitions than configured. Set LEDGER_PARTITIONS to the number it has.',
  },
  LEDGER_DAMAGED: {
    class: 'permanent',
    http: 500,
    message:
      'The ledger’s file is damaged. Restore the newest backup: npm run cufflink -- restore <file>. The damaged file is kept beside it.',
  },
  LEDGER_WAL_FOREIGN: {
    class: 'permanent',
    http: 500,
    message:
      'The -wal file beside the ledger’s file was written for another file. Nothing was changed. If a backup was copied here, put it back with: npm run cufflink -- restore <file>.',
  },
  LEDGER_TOPIC_UNSAFE: {
    class: 'permanent',
    http: 500,
    message: 'A setting of a topic would delete or lose facts that must be kept. Change it as told.',
  },
  VIEWS_AHEAD: {
    class: 'permanent',
    http: 500,
    message:
      'The tallies are ahead of the ledger: it was restored, or its topic made again. They are folded again from what it holds.',
  },
  LEDGER_EXCHANGED: {
    class: 'permanent',
    http: 500,
    message:
      'The ledger holds another fact than the tallies were made from: it was restored, exchanged or altered. They are folded again from what it holds.',
  },
  VIEWS_UNREADABLE: {
    class: 'permanent',
    http: 500,
    message:
      'A document of the views is damaged, or of another version of Cufflink. Its partition is folded again from the ledger.',
  },
  VIEWS_NEWER: {
    class: 'permanent',
    http: 500,
    message:
      'The views were folded by a newer version of Cufflink, and are left to it. Start that version, or fill them again with `cufflink rebuild` of this one.',
  },
  PATIENT_NOT_EVALUATED: {
    class: 'permanent',
    http: 500,
    message:
      'The days and minutes of this patient cannot be worked out; those of everybody else can. Please report it with this code and the log line.',
  },
  READINGS_NOT_MOVED: {
    class: 'transient',
    http: 503,
    message:
      'A device was given to another patient, and its readings are not all with them yet. It is tried again by itself; the log of the tracker says why.',
  },
  LEDGER_GAP: {
    class: 'permanent',
    http: 500,
    message:
      'The ledger no longer holds the facts after a watermark. Tallies would be short: restore the topic.',
  },
  VIEWS_UNAVAILABLE: {
    class: 'transient',
    http: 503,
    message: 'The views cannot be reached now. Readings are still taken in; try again.',
  },
  REDIS_TOO_OLD: {
    class: 'permanent',
    http: 500,
    message: 'The views need Redis 7 or newer.',
  },
  TRACKER_STALLED: {
    class: 'transient',
    http: 503,
    message:
      'A watermark stands still though there are facts behind it. The process ends so that it is started afresh.',
  },
  FACT_UNREADABLE: {
    class: 'permanent',
    http: 500,
    message: 'A ledger record is no fact of a known type and version. It was set aside.',
  },
  PAYLOAD_NOT_JSON: {
    class: 'permanent',
    http: 422,
    message: 'The payload is not JSON in UTF-8. It was kept for replay.',
  },
  PAYLOAD_UNKNOWN: {
    class: 'permanent',
    http: 422,
    message: 'The payload is of no known format. It was kept for replay.',
  },
  PAYLOAD_TOO_MANY: {
    class: 'permanent',
    http: 422,
    message: 'The payload holds more readings than one message may (1,000). It was kept for replay.',
  },
  READING_IMPLAUSIBLE: {
    class: 'permanent',
    http: 422,
    message: 'A value is outside what a body can have. The payload was kept for review.',
  },
  HOST_CLOCK_SUSPECT: {
    class: 'transient',
    http: 503,
    message:
      'Several devices agree on another time than this computer’s clock says. Nothing is acknowledged until the clock is right; if it is right and the devices are wrong, start with HOST_CLOCK_CHECKED=true.',
  },
  TOPIC_UNKNOWN: {
    class: 'permanent',
    http: 404,
    message: 'A device publishes to devices/<its id>/readings. The payload was kept for replay.',
  },
  PACKET_TOO_LARGE: {
    class: 'permanent',
    http: 413,
    message:
      'The MQTT packet is over the limit: MQTT_MAX_PACKET_BYTES for a PUBLISH, 16 KB and 16 topic filters for any other. The connection was closed.',
  },
  CONNECT_TOO_LARGE: {
    class: 'permanent',
    http: 413,
    message: 'The CONNECT is over the limit of 16 KB. The connection was closed.',
  },
  DEVICE_OVER_RATE: {
    class: 'transient',
    http: 429,
    connack: 3,
    message:
      'The device sends more than its share (MQTT_DEVICE_READINGS_PER_SECOND). It keeps its readings and sends them later.',
  },
  DEVICE_OVER_DAY: {
    class: 'transient',
    http: 429,
    connack: 3,
    message:
      'The device sends more than its share of a day (MQTT_DEVICE_READINGS_PER_DAY). It keeps its readings and sends them later.',
  },
  PARKED_FULL: {
    class: 'transient',
    http: 429,
    message:
      'As many readings wait for a patient as may (MQTT_DEVICE_PARKED_READINGS of a device, MQTT_PRACTICE_PARKED_READINGS of a practice, MQTT_PARKED_READINGS of all), and the device has none now. It keeps its readings and sends them later. Assign it from before the first of them, dismiss those that are no patient’s, or revoke it.',
  },
  DEVICE_CONNECTIONS: {
    class: 'transient',
    http: 429,
    message: 'The device has too many connections (MQTT_DEVICE_CONNECTIONS). The oldest was closed.',
  },
  ADDRESS_CONNECTIONS: {
    class: 'transient',
    http: 429,
    message:
      'Too many connections have sent no CONNECT (MQTT_ADDRESS_CONNECTIONS of one address, MQTT_UNKNOWN_CONNECTIONS of all). The oldest was closed.',
  },
  PACKET_MALFORMED: {
    class: 'permanent',
    http: 400,
    message: 'The bytes are not an MQTT 3.1.1 packet. The connection was closed.',
  },
  PROTOCOL_VIOLATION: {
    class: 'permanent',
    http: 400,
    message: 'A packet came where MQTT 3.1.1 does not allow it. The connection was closed.',
  },
  PROTOCOL_UNSUPPORTED: {
    class: 'permanent',
    http: 400,
    connack: 1,
    message: 'The listener speaks MQTT 3.1.1 (protocol level 4).',
  },
  CONNECT_TIMEOUT: {
    class: 'transient',
    http: 408,
    message: 'No CONNECT came in time (MQTT_CONNECT_DEADLINE_MS). The connection was closed.',
  },
  KEEP_ALIVE_TIMEOUT: {
    class: 'transient',
    http: 408,
    message:
      'Nothing came for one and a half times the keep-alive, or for MQTT_MAX_SILENCE_MS without one. The connection was closed.',
  },
  SESSION_TAKEN_OVER: {
    class: 'transient',
    http: 409,
    message: 'The same client connected again. The older connection was closed.',
  },
  CLIENT_ID_MISSING: {
    class: 'permanent',
    http: 400,
    connack: 2,
    message: 'A client without an identifier must ask for a clean session.',
  },
  CREDENTIALS_WRONG: {
    class: 'permanent',
    http: 401,
    connack: 4,
    message: 'The device id (user name) or its secret (password) is wrong.',
  },
  DEVICE_REVOKED: { class: 'permanent', http: 403, connack: 5, message: 'The device was revoked.' },
  REGISTRY_LOADING: {
    class: 'transient',
    http: 503,
    connack: 3,
    message: 'The gateway is still reading the registry. Connect again.',
  },
  SOCKETS_TOO_MANY: {
    class: 'transient',
    http: 429,
    message: 'The person has too many pages open (CONSOLE_PERSON_SOCKETS). Close some of them.',
  },
  MESSAGES_TOO_MANY: {
    class: 'transient',
    http: 429,
    message: 'More messages than a page sends came over the websocket. It was closed; connect again.',
  },
  REQUEST_INVALID: {
    class: 'permanent',
    http: 400,
    message: 'The request does not have the shape this route takes.',
  },
  ZONE_UNKNOWN: {
    class: 'permanent',
    http: 400,
    message: 'The time zone is not in the IANA database. Write it like America/New_York.',
  },
  PRACTICE_UNKNOWN: { class: 'permanent', http: 404, message: 'There is no such practice. Add it first.' },
  PATIENT_UNKNOWN: {
    class: 'permanent',
    http: 404,
    message: 'There is no such patient in this practice. Add the patient first.',
  },
  DEVICE_UNKNOWN: {
    class: 'permanent',
    http: 404,
    message: 'There is no such device in this practice. Add the device first.',
  },
  DEVICE_TAKEN: { class: 'permanent', http: 409, message: 'The device is registered already.' },
  SIGN_IN_NEEDED: {
    class: 'permanent',
    http: 401,
    message: 'No one is signed in, or the session has ended. Sign in.',
  },
  SIGN_IN_WRONG: { class: 'permanent', http: 401, message: 'The user or the password is wrong.' },
  SIGN_IN_THROTTLED: {
    class: 'transient',
    http: 429,
    message: 'Too many attempts to sign in. Wait a minute, then try again.',
  },
  ROLE_MISSING: {
    class: 'permanent',
    http: 403,
    message: 'None of your roles may do this. An administrator of your practice can give you one.',
  },
  PRACTICE_NOT_YOURS: { class: 'permanent', http: 403, message: 'You do not belong to this practice.' },
  USER_UNKNOWN: { class: 'permanent', http: 404, message: 'There is no such person in this practice.' },
  USER_TAKEN: {
    class: 'permanent',
    http: 409,
    message: 'Someone else has this user name. Choose another one.',
  },
  PASSWORD_NEEDED: {
    class: 'permanent',
    http: 422,
    message: 'A new person needs a password of at least ten characters.',
  },
  IDEMPOTENCY_MISMATCH: {
    class: 'permanent',
    http: 422,
    message: 'This Idempotency-Key was used for another request. Use a new one for each command.',
  },
  VERSION_CONFLICT: {
    class: 'permanent',
    http: 409,
    message: 'Someone changed this since you read it. Read it again, then decide.',
  },
  TIME_IMPOSSIBLE: {
    class: 'permanent',
    http: 422,
    message: 'The end must come after the beginning, within 24 hours, and not in the future.',
  },
  IN_THE_FUTURE: { class: 'permanent', http: 422, message: 'That instant has not come yet.' },
  DEVICE_ASSIGNED_EARLIER: {
    class: 'permanent',
    http: 409,
    message:
      'The patient has had this device since an earlier time, and its readings from then on are theirs. If those are another patient’s, give the device to that patient from the earlier time, then to this one.',
  },
  DEVICE_HELD: {
    class: 'permanent',
    http: 409,
    message: 'Another patient has this device; `conflicts` shows who and since when. Say `move` to move it.',
  },
  TIME_TOO_OLD: {
    class: 'permanent',
    http: 422,
    message: 'The practice takes time by hand only so many days back. An administrator can change that.',
  },
  TIME_OVERLAPS: {
    class: 'permanent',
    http: 409,
    message: 'You have other time in these minutes; `conflicts` shows it. Change one or the other.',
  },
  TIME_UNKNOWN: { class: 'permanent', http: 404, message: 'There is no such stretch of time.' },
  TIME_NOT_YOURS: {
    class: 'permanent',
    http: 403,
    message: 'This is someone else’s. Its author or an administrator can change it.',
  },
  TIME_LOCKED: {
    class: 'permanent',
    http: 409,
    message:
      'A locked line stands on what this changes, of this patient or of another one. No locked line is altered: what it would be then waits in Changes. Confirm to go on.',
  },
  TIME_DECIDED: { class: 'permanent', http: 409, message: 'This entry was decided already.' },
  OWN_ENTRY: { class: 'permanent', http: 403, message: 'Someone else must approve your own entries.' },
  PROGRAM_NOT_ENROLLED: {
    class: 'permanent',
    http: 422,
    message: 'The patient is not enrolled in this program. Enrol the patient in it first.',
  },
  CATEGORY_UNKNOWN: {
    class: 'permanent',
    http: 422,
    message: 'The rules know no such category of activity.',
  },
  NOT_A_PRACTITIONER: {
    class: 'permanent',
    http: 422,
    message:
      'Orders and E/M visits name a physician or another qualified health professional of the practice, by user name, who was one on that date. A visit that another practice bills is not recorded: it takes no time here.',
  },
  PERSON_DISABLED: {
    class: 'permanent',
    http: 422,
    message: 'This person’s account was disabled at that time. Name someone else, or correct the time.',
  },
  CREDENTIAL_UNKNOWN: { class: 'permanent', http: 422, message: 'The rules know no such credential.' },
  INTERACTION_UNKNOWN: { class: 'permanent', http: 404, message: 'There is no such conversation.' },
  NOTE_UNKNOWN: { class: 'permanent', http: 404, message: 'There is no such note.' },
  VISIT_UNKNOWN: { class: 'permanent', http: 404, message: 'There is no such visit.' },
  EPISODE_UNKNOWN: { class: 'permanent', http: 404, message: 'There is no such episode of care.' },
  TIMER_LOST: {
    class: 'permanent',
    http: 409,
    message: 'The timer ended while the connection was lost. Start it again.',
  },
  LINE_NOT_READY: {
    class: 'permanent',
    http: 409,
    message: 'The line cannot be locked as it stands. Read the month again.',
  },
  LINE_NOT_LOCKED: { class: 'permanent', http: 409, message: 'There is no such locked line.' },
  LINE_SUBMITTED: {
    class: 'permanent',
    http: 409,
    message: 'The line went to the payer. Say that you know it, and why it is to be opened again.',
  },
  LINE_NOT_HELD: {
    class: 'permanent',
    http: 409,
    message: 'So many units of that line are not held. Read the month again.',
  },
  CHANGE_UNKNOWN: { class: 'permanent', http: 404, message: 'There is no such change to settle.' },
  CLOSING_UNDER_WAY: {
    class: 'transient',
    http: 409,
    message: 'The practice is closing a month just now. Wait until that is done.',
  },
  ORIGIN_REFUSED: {
    class: 'permanent',
    http: 403,
    message: 'The request comes from a page of another site.',
  },
  ROUTE_UNKNOWN: { class: 'permanent', http: 404, message: 'There is nothing at this address.' },
} as const satisfies Record<string, ErrorRow>

type ErrorRow = {
  readonly class: 'transient' | 'ambiguous' | 'permanent'
  readonly http: number
  readonly connack?: number
  readonly message: string
}
export type ErrorCode = keyof typeof errorTable

type FailureOptions = {
  /** What only this occurrence knows; never health data, as it may be logged. */
  readonly detail?: string
  readonly cause?: unknown
  /** For the one who asked, and for no log: what stands in the way. */
  readonly conflicts?: readonly object[]
  /** After how many seconds the same may be tried again; of a transient failure one, unless told. */
  readonly retryAfterS?: number
}

/** A failure of the table. */
export class CufflinkError extends Error {
  readonly code: ErrorCode
  readonly conflicts: readonly object[] | undefined
  readonly retryAfterS: number | undefined

  constructor(code: ErrorCode, options: FailureOptions = {}) {
    const { message } = errorTable[code]
    super(options.detail === undefined ? message : `${message} ${options.detail}`, { cause: options.cause })
    this.name = 'CufflinkError'
    this.code = code
    this.conflicts = options.conflicts
    this.retryAfterS = options.retryAfterS
  }
}

export const failure = (code: ErrorCode, options?: FailureOptions): CufflinkError =>
  new CufflinkError(code, options)

/** The row of a failure's code; anything that is not of the table is a defect. */
export const rowOf = (error: unknown): ErrorRow & { code: ErrorCode } => {
  const code = error instanceof CufflinkError ? error.code : 'INTERNAL'
  return { code, ...errorTable[code] }
}
