import { openEngines } from '../console-fixture.ts'
import { closingSuite } from './closing-suite.ts'

closingSuite('The closing of a month, embedded', () => openEngines())
