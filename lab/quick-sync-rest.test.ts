import { testQuickRuns } from './quick-runs.ts'

testQuickRuns('sync-rest')
