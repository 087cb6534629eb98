import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MUTATIONS } from '../testing/mutations/effects.ts'
import { orderHistories } from '../checks/order-history.ts'
import type { History } from '../run/history.ts'
import { sampleHistory } from '../testing/sample-history.ts'
import { judgeAgain, LINEARIZABLE } from './judge.ts'
import { isLinearizable, type Operation, type Units } from './linearizable.ts'

const of = (units: number): Units => new Map([['burger', units]])
const reserve = (calledNs: number, returnedNs: number, units = 1): Operation => ({
  calledNs,
  returnedNs,
  takes: of(units),
  succeeds: true,
})
const refusal = (calledNs: number, returnedNs: number, units = 1): Operation => ({
  ...reserve(calledNs, returnedNs, units),
  succeeds: false,
})
const release = (after: Operation, calledNs: number, returnedNs: number): Operation => ({
  ...reserve(calledNs, returnedNs, -1),
  after,
})

test('the last unit goes to one of two orders at the same time, and never to both', () => {
  assert.equal(isLinearizable([refusal(0, 3), reserve(1, 4)], of(1)), 'valid')
  assert.equal(isLinearizable([reserve(0, 3), reserve(1, 4)], of(1)), 'invalid')
})

test('an order is refused as sold out only when the last unit may have been taken before', () => {
  assert.equal(isLinearizable([refusal(0, 1), reserve(2, 3)], of(1)), 'invalid')
  assert.equal(isLinearizable([refusal(0, 2), reserve(2, 3)], of(1)), 'valid')
})

test('a unit that comes back is reserved again after its release, and not before', () => {
  const first = reserve(0, 1)
  assert.equal(isLinearizable([first, release(first, 0, 3), reserve(2, 5)], of(1)), 'valid')
  assert.equal(isLinearizable([first, release(first, 4, 5), reserve(2, 3)], of(1)), 'invalid')
  // Nothing comes back that was not taken.
  const late = reserve(4, 5)
  assert.equal(isLinearizable([late, release(late, 0, 9), reserve(2, 3)], of(0)), 'invalid')
})

test('an order of two skus takes both or none', () => {
  const both = { ...reserve(0, 1), takes: new Map([...of(1), ['salad', 1]]) }
  assert.equal(isLinearizable([both], of(1)), 'invalid')
  assert.equal(isLinearizable([{ ...both, succeeds: false }, reserve(2, 3)], of(1)), 'valid')
})

test('it gives up at its bound of steps, and where too many overlap', () => {
  const hopeless = Array.from({ length: 10 }, (_, nth) => reserve(0, 100, nth + 1))
  assert.equal(isLinearizable(hopeless, of(54)), 'invalid')
  assert.equal(isLinearizable(hopeless, of(54), { steps: 50 }), 'unknown')
  const last = refusal(0, 100)
  assert.equal(isLinearizable([last, ...hopeless], of(55)), 'valid')
  assert.equal(isLinearizable([last, ...hopeless], of(55), { widest: 5 }), 'unknown')
})

/** By trying every sequence. */
function isAnyPossible(rest: readonly Operation[], left: number): boolean {
  if (rest.length === 0) return true
  return rest.some(next => {
    if (rest.some(other => other.returnedNs < next.calledNs)) return false
    const units = next.takes.get('burger') ?? 0
    if (left >= units !== next.succeeds) return false
    return isAnyPossible(
      rest.filter(other => other !== next),
      next.succeeds ? left - units : left,
    )
  })
}

test('it finds what trying every sequence finds', () => {
  const operation = fc
    .record({ calledNs: fc.nat(12), takes: fc.nat(8), units: fc.integer({ min: 1, max: 3 }), succeeds: fc.boolean() })
    .map(({ calledNs, takes, units, succeeds }) => ({ ...reserve(calledNs, calledNs + takes, units), succeeds }))
  const verdicts = new Set<string>()
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 6 }), fc.nat(6), (operations, opening) => {
      const verdict = isLinearizable(operations, of(opening))
      verdicts.add(verdict)
      assert.equal(verdict, isAnyPossible(operations, opening) ? 'valid' : 'invalid')
    }),
    { numRuns: 2_000 },
  )
  assert.deepEqual([...verdicts].toSorted(), ['invalid', 'valid'])
})

const linearizable = (history: History) =>
  judgeAgain(JSON.parse(JSON.stringify(history))).find(({ claim }) => claim === LINEARIZABLE)

test('a kitchen that reserves one more than it has is not linearizable', () => {
  const history = sampleHistory(7)
  const mutation = MUTATIONS.find(({ name }) => name === 'a sold-out kitchen reserves one more') ?? assert.fail()
  const order = [...orderHistories(history).values()].find(mutation.on) ?? assert.fail()
  mutation.mutate(history, order)
  assert.deepEqual(linearizable(history), { claim: LINEARIZABLE, verdict: 'invalid', found: ['scarce'] })
})

test('an order that is refused as sold out while there is a unit is seen, though in the end all are sold', () => {
  const history = sampleHistory(7)
  const { decisions } = history.evidence
  const scarce = new Set(history.planned.flatMap(({ expected, orderId }) => (expected === 'scarce' ? [orderId] : [])))
  const [first, ...others] = decisions.filter(({ orderId }) => scarce.has(orderId))
  const refused = others.find(({ outcome }) => outcome.status === 'failed') ?? assert.fail()
  if (!first) assert.fail()
  ;[first.outcome, refused.outcome] = [refused.outcome, first.outcome]
  assert.equal(linearizable(history)?.verdict, 'invalid')
  // Where the clocks do not agree, nothing says which of them was first: a 409 does not say when it was decided.
  history.clocksAgree = false
  for (const attempt of history.attempts) delete attempt.answeredNs
  assert.equal(linearizable(history)?.verdict, 'valid')
})
