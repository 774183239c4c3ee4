import { openEmptiable } from '../emptiable.ts'
import { timersSuite } from './timers-suite.ts'

timersSuite('Timers, embedded', openEmptiable)
