import type { Standalone } from './app.ts'

/** What a person reads once the program runs: where it is, and how to put the first patient in. */
export function greeting(
  { consoleUrl, mqttUrl, engines }: Standalone,
  { STATE_DIR }: { readonly STATE_DIR: string },
): string {
  return `
Cufflink runs on ${engines}.

  Pages     ${consoleUrl}
  Devices   ${mqttUrl}
  State     ${STATE_DIR}/  (back it up with: npm run cufflink -- backup <file or folder>)

Add a practice, yourself, a patient and a device from another terminal:

  npm run cufflink -- practice add riverside --name "Riverside Cardiology" --zone America/New_York
  npm run cufflink -- user add riverside nora --name "Nora Quinn" --roles clinician,biller,administrator --credential clinical-staff
  npm run cufflink -- patient add riverside p-0001 --name "Ada Example" --zone America/New_York
  npm run cufflink -- device add riverside cuff-0001 --model BPM --patient p-0001

The second prints the password to sign in with, the last the device's secret and a line that publishes a first reading.
Stop with Ctrl-C.
`
}
