import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sampleHistory } from '../testing/sample-history.ts'
import type { History } from '../run/history.ts'
import { overtakenMeasures } from './overtaken.ts'

const found = (history: History) => overtakenMeasures(history).map(({ value }) => value)

/** Four orders of one kitchen, one each 10 ms, each answered within 5 ms, decided in this sequence. */
function decidedIn(sequence: readonly number[]): History {
  const history = sampleHistory(1)
  const four = history.planned.slice(0, 4).map(order => ({ ...order, kitchenId: 'one' }))
  return {
    ...history,
    planned: four,
    attempts: four.map(({ index, orderId }) => {
      const atNs = index * 10e6
      const answer = { kind: 'status', status: 202, text: '' } as const
      return { index, orderId, attempt: 1, plannedNs: atNs, startedNs: atNs, answeredNs: atNs + 5e6, answer }
    }),
    evidence: {
      ...history.evidence,
      decisions: sequence.map((index, position) => ({
        seq: position + 1,
        orderId: four[index]?.orderId ?? '',
        outcome: { status: 'reserved' },
        released: false,
        decidedNs: 1e9,
        keptNs: null,
      })),
    },
  }
}

test('an order is overtaken by each later one of its kitchen that was decided before it', () => {
  assert.deepEqual(found(decidedIn([0, 1, 2, 3])), [0, 0])
  assert.deepEqual(found(decidedIn([1, 0, 2, 3])), [1, 1])
  assert.deepEqual(found(decidedIn([3, 0, 1, 2])), [3, 1])
  assert.deepEqual(found(decidedIn([1, 2, 3, 0])), [1, 3])
})

test('orders of other kitchens overtake nobody, nor do those that were requested before the other was answered', () => {
  const others = decidedIn([3, 2, 1, 0])
  for (const [index, order] of others.planned.entries()) order.kitchenId = `kitchen-${index}`
  assert.deepEqual(found(others), [0, 0])
  const together = decidedIn([3, 2, 1, 0])
  for (const attempt of together.attempts) attempt.answeredNs = 1e9
  assert.deepEqual(found(together), [0, 0])
})

test('the counts are those of comparing every two orders', () => {
  const sequences = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 })
  fc.assert(
    fc.property(sequences, sequence => {
      const overtaken = sequence.map(
        (order, position) => sequence.slice(0, position).filter(other => other > order).length,
      )
      assert.deepEqual(found(decidedIn(sequence)), [
        overtaken.filter(count => count > 0).length,
        Math.max(...overtaken),
      ])
    }),
  )
})
