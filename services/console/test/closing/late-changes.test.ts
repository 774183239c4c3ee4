import { openEmptiable } from '../emptiable.ts'
import { lateChangesSuite } from './late-changes-suite.ts'

lateChangesSuite('What becomes known late, embedded', openEmptiable, true)
