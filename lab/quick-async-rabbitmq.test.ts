import { testQuickRuns } from './quick-runs.ts'

testQuickRuns('async-rabbitmq')
