import { openEngines } from '../console-fixture.ts'
import { forecastsSuite } from './forecasts-suite.ts'

forecastsSuite('Embedded', () => openEngines())
