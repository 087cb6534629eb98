import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERRORS, LabError, type ErrorCode } from '../contracts/errors.ts'
import { settlementAfter } from './failure-policy.ts'

const DELAYS_MS = [100, 200]

test('an error of the message is retried after each delay in turn, and then the message is a dead letter', () => {
  const broken = new Error('a bug')
  assert.deepEqual(settlementAfter(broken, 1, DELAYS_MS), { kind: 'retry', delayMs: 100 })
  assert.deepEqual(settlementAfter(broken, 2, DELAYS_MS), { kind: 'retry', delayMs: 200 })
  const last = settlementAfter(broken, 3, DELAYS_MS)
  assert.ok(last.kind === 'dead-letter')
  assert.equal(last.error.code, 'retries-exhausted')
  assert.match(last.error.detail, /attempt 3 .*handler-failed: a bug/)
})

test('a message that can never be handled is a dead letter with its own reason at the first attempt', () => {
  const error = new LabError('malformed', 'no JSON')
  assert.deepEqual(settlementAfter(error, 1, DELAYS_MS), { kind: 'dead-letter', error })
})

test('an error that is not of the message stops the consumer at every attempt', () => {
  for (const code of ['store-failed', 'unavailable'] as const)
    assert.deepEqual(settlementAfter(new LabError(code, ''), 99, DELAYS_MS), { kind: 'stop' })
})

test('every error of the table is settled as its row says', () => {
  for (const [code, { settlement }] of Object.entries(ERRORS))
    assert.equal(settlementAfter(new LabError(code as ErrorCode, ''), 1, DELAYS_MS).kind, settlement, code)
})
