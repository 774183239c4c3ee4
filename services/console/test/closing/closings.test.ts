import { openEmptiable } from '../emptiable.ts'
import { closingSuite } from './closing-suite.ts'

closingSuite('The closing of a month, embedded', openEmptiable, true)
