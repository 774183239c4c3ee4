import { openEngines } from '../console-fixture.ts'
import { dashboardSuite } from './dashboard-suite.ts'

dashboardSuite('Embedded', () => openEngines())
