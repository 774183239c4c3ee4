import { openEngines } from '../console-fixture.ts'
import { crossingSuite } from './crossing-suite.ts'

crossingSuite('Embedded', () => openEngines())
