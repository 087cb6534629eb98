import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arriveAs, checkPlan, inTime, steadyPlan, withRepeats } from './plan.ts'

test('a steady plan starts every order once, evenly', () => {
  assert.deepEqual(steadyPlan(3, 200, 100), [
    { order: 0, offsetMs: 100 },
    { order: 1, offsetMs: 105 },
    { order: 2, offsetMs: 110 },
  ])
})

test('repeats send every nth order again, in the sequence of time', () => {
  assert.deepEqual(withRepeats(steadyPlan(4, 1000), 2, 1.5), [
    { order: 0, offsetMs: 0 },
    { order: 1, offsetMs: 1 },
    { order: 0, offsetMs: 1.5 },
    { order: 2, offsetMs: 2 },
    { order: 3, offsetMs: 3 },
    { order: 2, offsetMs: 3.5 },
  ])
})

test('repeats of a span are of the orders that start in it, its end left out', () => {
  const plan = steadyPlan(5, 1000)
  const added = withRepeats(plan, 1, 10, { fromMs: 1, toMs: 3 }).filter(start => !plan.includes(start))
  assert.deepEqual(added, [
    { order: 1, offsetMs: 11 },
    { order: 2, offsetMs: 12 },
  ])
})

test('starts of one moment keep their sequence', () => {
  const burst = [2, 0, 1].map(order => ({ order, offsetMs: 5 }))
  assert.deepEqual(inTime(burst), burst)
})

test('a plan that cannot be kept is refused', () => {
  assert.throws(() => steadyPlan(3, 0), /ordersPerSecond must be above 0, not 0/)
  assert.throws(() => checkPlan([{ order: 3, offsetMs: 0 }], 3), /names order 3, and there are 3/)
  assert.throws(() => checkPlan([{ order: 0, offsetMs: -1 }], 3), /0 ms or later, not -1/)
})

test('Poisson arrivals are as many as planned in each stretch, in sequence, the same for a seed, and as far apart as by chance', () => {
  const [count, perSecond] = [10_000, 100]
  const plan = arriveAs('poisson', 1)(count, perSecond, 500)
  const offsets = plan.map(({ offsetMs }) => offsetMs)
  assert.deepEqual(plan, arriveAs('poisson', 1)(count, perSecond, 500))
  assert.notDeepEqual(plan, arriveAs('poisson', 2)(count, perSecond, 500))
  assert.deepEqual(inTime(plan), plan)
  assert.deepEqual(
    plan.map(({ order }) => order),
    Array.from({ length: count }, (_, order) => order),
  )
  assert.ok(offsets.every(offsetMs => offsetMs >= 500 && offsetMs < 500 + (1_000 * count) / perSecond))
  // Gaps are exponential: as wide on average as they scatter, and 1 - 1/e of them are shorter than that.
  const gaps = offsets.slice(1).map((offsetMs, position) => offsetMs - (offsets[position] ?? 0))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
  assert.ok(Math.abs(deviation / mean - 1) < 0.05, `${deviation / mean}`)
  const shorter = gaps.filter(gap => gap < mean).length / gaps.length
  assert.ok(Math.abs(shorter - (1 - 1 / Math.E)) < 0.02, `${shorter}`)
})

test('two stretches of one load are not alike', () => {
  const arrive = arriveAs('poisson', 3)
  assert.notDeepEqual(arrive(5, 10), arrive(5, 10))
  assert.deepEqual(arriveAs('uniform', 3)(5, 10, 7), steadyPlan(5, 10, 7))
})
