// A history of many orders: nothing of it may be spread into the arguments of a function, and nothing may take time by its square.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recoveryMeasures } from '../analysis/recovery.ts'
import { overtakenMeasures } from '../analysis/overtaken.ts'
import { CHECKS, checksFor } from '../checks/checks.ts'
import { deadLetterClosure } from '../checks/dead-letter-closure.ts'
import { shown } from '../checks/service.ts'
import { ordersOf, quantilesOf, seriesOf } from '../analysis/plots.ts'
import { SAMPLE_ANSWERS, SAMPLE_REASONS, sampleHistory } from '../testing/sample-history.ts'
import { evaluate } from './result.ts'

test('no check, no measure and no curve fails with 100,000 orders', () => {
  const history = sampleHistory(1, 100_000)
  const own = checksFor({ reasons: SAMPLE_REASONS, answers: SAMPLE_ANSWERS })
  const others = [...CHECKS.values()].filter(({ name }) => own.every(check => check.name !== name))
  const variant = {
    name: 'large',
    about: '',
    load: { orders: 100_000, ordersPerSecond: 1_000, deadlineMs: 1_000, mix: {} },
    quiescenceMs: 1_000,
    checks: [...own, ...others],
    measures: () => recoveryMeasures(history, { fromMs: 10_000, toMs: 20_000 }),
  }
  const { checks, measures } = evaluate(variant, history)
  const notValid = checks.filter(({ verdict }) => verdict !== 'valid')
  assert.deepEqual(notValid, [])
  assert.ok(measures.length > 20)
  assert.ok(seriesOf('large', history).length > 0)
  assert.ok(ordersOf('large', history).density)
  assert.ok(quantilesOf('large', history).length > 0)
})

const MANY = 50_000
/** What takes time by the square of so many takes minutes. */
const DEADLINE = { timeout: 60_000 }
const many = <Row>(make: (nth: number) => Row): Row[] => Array.from({ length: MANY }, (_, nth) => make(nth))

test('dead letters are paired whatever their sequence, and whether or not they are named', DEADLINE, () => {
  const history = sampleHistory(2)
  const letter = { source: 'orders', reason: 'malformed', detail: '', attempts: 1, orderId: undefined }
  const poison = { expect: 'dead-letter', class: 'not JSON' } as const
  history.raw.push(
    ...many(nth => ({ ...poison, id: `by-bytes-${nth}`, body: `{${nth % 100}` })),
    ...many(nth => ({ ...poison, id: `by-name-${nth}.` })),
  )
  history.evidence.deadLetters.unshift(
    ...many(nth => ({ ...letter, id: `a-${nth}`, body: `{"id":"by-name-${MANY - 1 - nth}."` })),
    ...many(nth => ({ ...letter, id: `b-${nth}`, body: `{${nth % 100}` })).reverse(),
  )
  assert.equal(deadLetterClosure(history).verdict, 'valid')
  history.evidence.deadLetters.shift()
  assert.equal(deadLetterClosure(history).found, 1)
})

test(
  'orders of one kitchen that are decided in the opposite sequence are all overtaken, the first by all others',
  DEADLINE,
  () => {
    const history = sampleHistory(3, MANY, { fates: ['answered'] })
    const [first] = history.planned
    for (const order of history.planned) order.kitchenId = first?.kitchenId ?? ''
    for (const row of history.evidence.decisions) row.seq = -row.seq
    const measures = new Map(overtakenMeasures(history).map(({ name, value }) => [name, value]))
    assert.equal(measures.get('overtaken'), MANY - 1)
    assert.equal(measures.get('overtaken by'), MANY - 1)
  },
)

test('an order may be asked for very often, with answers that overtake each other', DEADLINE, () => {
  const history = sampleHistory(4, 120, { fates: ['answered'] })
  const poll = history.polls.find(({ says, isLast }) => isLast && says === 'reserved') ?? assert.fail()
  const { isLast: _, ...seen } = poll
  history.polls = many(nth => ({
    ...seen,
    startedNs: seen.startedNs + nth,
    answeredNs: seen.answeredNs + 2 * MANY - nth,
  }))
  assert.equal(shown()(history).verdict, 'valid')
  history.polls.push({
    ...seen,
    startedNs: seen.startedNs + 9 * MANY,
    answeredNs: seen.answeredNs + 10 * MANY,
    says: 'pending',
  })
  assert.equal(shown()(history).found, 1)
})
