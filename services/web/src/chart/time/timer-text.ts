import type { TimerStopped } from '@cufflink/contracts'
import type { WorkShown } from '../../app/timer/work.ts'
import { lengthText } from '../../ui/words.ts'

const endings = {
  stopped: 'You stopped it',
  idle: 'It stopped: no one moved',
  left: 'It stopped when the chart was left',
  'signed-out': 'It stopped at sign-out',
  lost: 'It stopped: the connection was lost',
  moved: 'It moved: you work elsewhere now',
} as const satisfies Record<TimerStopped['reason'], string>

/** How the timer stands, in a sentence; `where` names another patient it may run on. */
export const timerText = (work: WorkShown, patient: string): string => {
  const { link, timer, ended, frozenMs } = work
  if (link === 'connecting') return 'Connecting…'
  if (timer === undefined) return ended === undefined ? 'Not running' : endedText(ended, patient)
  if (timer.patient !== patient) return `Runs on ${timer.patientName}`
  if (link === 'lost') return 'No connection: what is not proven will not count'
  if (!timer.here) return 'Runs in another window of yours'
  if (frozenMs !== undefined) return 'Waits for you to move'
  return timer.saved ? 'Counting' : 'Counting, being saved'
}

const endedText = ({ reason, workedMs, patient: of }: TimerStopped, patient: string): string =>
  of === patient ? `${endings[reason]}, after ${lengthText(workedMs)}` : 'Not running'
