import { openEngines } from '../console-fixture.ts'
import { dismissedSuite } from './dismissed-suite.ts'

dismissedSuite('Embedded', () => openEngines())
