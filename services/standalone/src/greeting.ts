import type { Standalone } from './app.ts'

/** What a person reads once the program runs: where it is, and how to put the first patient in. */
export function greeting(
  { consoleUrl, mqttUrl, engines }: Standalone,
  { STATE_DIR }: { readonly STATE_DIR: string },
): string {
  const text = `
Cufflink runs on ${engines}.

  Pages     ${consoleUrl}
  Devices   ${mqttUrl}
  State     ${STATE_DIR}/  (back it up with: npm run cufflink -- backup <file or folder>)

Add a practice, yourself, a patient and a device from another terminal:

  npm run cufflink -- practice add riverside --name "Riverside Cardiology" --zone America/New_York
  npm run cufflink -- user add riverside nora --name "Nora Quinn" --roles clinician,biller,administrator --credential clinical-staff
  npm run cufflink -- user add riverside dana --name "Dana Lee, MD" --roles clinician --credential physician
  npm run cufflink -- patient add riverside p-0001 --name "Ada Example" --zone America/New_York
  npm run cufflink -- patient consent riverside p-0001 --by nora --cost-share-explained
  npm run cufflink -- patient order riverside p-0001 --practitioner dana --diagnosis I10 --kind blood-pressure
  npm run cufflink -- patient start riverside p-0001 --by nora
  npm run cufflink -- device add riverside cuff-0001 --model BPM --patient p-0001

Consent, order and start are what the rules ask for before a day counts. The second prints the password to sign in with, the last the device's secret and a line that publishes a first reading.
Stop with Ctrl-C.
`
  return text.replaceAll('npm run cufflink --', () => ourCommand({ consoleUrl, mqttUrl, STATE_DIR }))
}

type Reached = Pick<Standalone, 'consoleUrl' | 'mqttUrl'> & { readonly STATE_DIR: string }

/** The command line as it reaches this program: with the ports and the folder, which has the operator key, that it does not expect. */
function ourCommand({ consoleUrl, mqttUrl, STATE_DIR }: Reached): string {
  const { port } = new URL(mqttUrl)
  const variables = [
    ...(consoleUrl === 'http://127.0.0.1:3000' ? [] : [`CUFFLINK_CONSOLE=${consoleUrl}`]),
    ...(port === '1883' ? [] : [`MQTT_PORT=${port}`]),
    ...(STATE_DIR === '.cufflink' ? [] : [`STATE_DIR=${quoted(STATE_DIR)}`]),
  ]
  return [...variables, 'npm run cufflink --'].join(' ')
}

/** As a shell reads one word. */
const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
