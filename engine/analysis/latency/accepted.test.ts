import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer, Attempt } from '../../load/attempt.ts'
import { acceptedLatency } from './accepted.ts'

const MS = 1e6
const ok: Answer = { kind: 'status', status: 201, text: '' }

const attempt = (
  index: number,
  plannedMs: number,
  startedMs: number,
  answeredMs?: number,
  answer: Answer = ok,
): Attempt => ({
  index,
  orderId: `order-${index}`,
  attempt: 1,
  plannedNs: plannedMs * MS,
  startedNs: startedMs * MS,
  answeredNs: answeredMs === undefined ? undefined : answeredMs * MS,
  answer,
})

test('the corrected figure counts from the plan, the uncorrected from the start', () => {
  const { corrected, uncorrected } = acceptedLatency([attempt(0, 10, 13, 20)], 1000)
  assert.deepEqual(corrected.max, { ms: 10, atLeast: false })
  assert.deepEqual(uncorrected.max, { ms: 7, atLeast: false })
})

test('whatever brought no answer counts at its deadline, also when it failed at once', () => {
  for (const kind of ['refused', 'reset', 'deadline'] as const) {
    const failed = attempt(0, 0, 2, undefined, { kind, atNs: 3 * MS, detail: '' })
    const { corrected, uncorrected } = acceptedLatency([failed], 500)
    assert.deepEqual(corrected.max, { ms: 502, atLeast: true })
    assert.deepEqual(uncorrected.max, { ms: 500, atLeast: true })
  }
})

test('an attempt that was cut short by the one who measures is left out', () => {
  const aborted = attempt(1, 0, 0, undefined, { kind: 'aborted', atNs: 1, detail: '' })
  assert.equal(acceptedLatency([attempt(0, 0, 0, 5), aborted], 500).corrected.samples, 1)
})

test('a target that stalls 200 ms each second has a corrected p99 of 190 ms, whatever the client felt', () => {
  const attempts = Array.from({ length: 2000 }, (_, index) => {
    const plannedMs = index / 2
    const freeMs = Math.max(plannedMs, 200)
    return attempt(index, plannedMs, freeMs, freeMs)
  })
  const { corrected, uncorrected } = acceptedLatency(attempts, 1000)
  assert.deepEqual(corrected.p99, { ms: 190, atLeast: false })
  assert.deepEqual(uncorrected.p99, { ms: 0, atLeast: false })
})
