import { testQuickRuns } from './quick-runs.ts'

testQuickRuns('streaming-kafka')
