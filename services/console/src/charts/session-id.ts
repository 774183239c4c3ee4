/** The id of a timer's session: made from its beginning (ms), so that it need not be kept. One clinician starts one timer at a time. */
export const sessionOfTimer = (startedAt: number): string => `t-${startedAt.toString(36)}`
