export {
  hadSeveralPatients,
  openRegistry,
  patientAt,
  type RegisteredDevice,
  type Registry,
} from './devices.ts'
export { createOutcomes, type Outcomes } from './outcomes.ts'
export { type Account, type Accounts, openAccounts } from './people.ts'
