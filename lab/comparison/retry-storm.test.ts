// The check of the scenario in which clients try again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inStead } from '#engine/load/retry.ts'
import type { History } from '#engine/run/history.ts'
import { historyOf, served } from '#engine/testing/sample-timelines.ts'
import { syncRest } from '../../sync-rest/lab/model.ts'
import { retryStorm } from './scenarios/retry-storm.ts'

function oneEach(history: History) {
  const disruption = retryStorm.disrupt(syncRest, retryStorm.profiles.quick)
  assert.ok(typeof disruption !== 'string')
  const check = disruption.seen.find(({ name }) => name === 'one-each')
  assert.ok(check)
  const { verdict, found } = check(history)
  return { verdict, found }
}

test('of clients that tried again one that was given two orders is found, and those with one each are not', () => {
  const history = historyOf([served(0, 10), served(100, 10)])
  assert.deepEqual(oneEach(history), { verdict: 'vacuous', found: undefined }, 'nobody tried again')
  const [first, second] = history.planned
  assert.ok(first && second)
  const again = history.attempts.map(attempt => ({ ...attempt, attempt: 2, isRetry: true as const }))
  const repeated = { ...history, attempts: [...history.attempts, ...again] }
  assert.deepEqual(oneEach(repeated), { verdict: 'valid', found: 0 })
  const { insteadOf } = inStead(first, 1)
  assert.deepEqual(
    oneEach({ ...history, planned: [first, { ...second, ...(insteadOf !== undefined && { insteadOf }) }] }),
    {
      verdict: 'invalid',
      found: 1,
    },
  )
})
