import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checksFor } from '#engine/checks/checks.ts'
import { runCheck } from '#engine/checks/check.ts'
import { SAMPLE_ANSWERS, SAMPLE_REASONS, sampleHistory } from '#engine/testing/sample-history.ts'
import { disagreements } from './second-opinion.ts'

test('the second judge is heard where it disagrees with a check, and silent where it agrees', () => {
  const history = sampleHistory(7)
  const checks = checksFor({ reasons: SAMPLE_REASONS, answers: SAMPLE_ANSWERS }).map(check => runCheck(check, history))
  assert.deepEqual(disagreements(checks, history), [])
  const [row] = history.evidence.notifications
  if (!row) assert.fail()
  history.evidence.notifications.push(row)
  assert.deepEqual(disagreements(checks, history), [
    `duplicated is valid, and for the second judge invalid (${row.orderId})`,
  ])
})
