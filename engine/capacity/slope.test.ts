import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../load/random.ts'
import { blockMeans, BLOCKS, slopeOf, trendOf } from './slope.ts'

test('the mean of a block is the time that its stretches were going on in it, divided by its length', () => {
  const stretches = [
    { from: -1, to: 0.5 },
    { from: 0.25, to: 2.5 },
    { from: 3, to: Infinity },
    { from: 9, to: 12 },
  ]
  assert.deepEqual(blockMeans(stretches, { from: 0, to: 4 }, 4), [1.25, 1, 0.5, 1])
  assert.deepEqual(blockMeans([], { from: 0, to: 4 }, 4), [0, 0, 0, 0])
  // What ended before the window, or began after it.
  assert.deepEqual(blockMeans([stretches[3]!, { from: -3, to: -2 }], { from: 0, to: 4 }, 2), [0, 0])
})

test('an exact line has its slope, and an interval without width', () => {
  const { perSecond, low, high } = slopeOf(
    Array.from({ length: BLOCKS }, (_, block) => 7 + 3 * block),
    0.5,
  )
  for (const value of [perSecond, low, high]) assert.ok(Math.abs(value - 6) < 1e-9, String(value))
})

test('a slope of another number of blocks is refused, because its quantile is another', () => {
  assert.throws(() => slopeOf([1, 2, 3], 1), { name: 'RangeError', message: /of 10 blocks, not of 3/ })
})

test('the interval covers the true slope in 95 of 100 series of independent noise', () => {
  const random = seededRandom(1)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
  const trials = 2_000
  let covered = 0
  for (let trial = 0; trial < trials; trial++) {
    const { low, high } = slopeOf(
      Array.from({ length: BLOCKS }, (_, block) => 100 + 4 * block + 5 * normal()),
      1,
    )
    if (low <= 4 && 4 <= high) covered++
  }
  assert.ok(Math.abs(covered / trials - 0.95) < 0.015, `${covered} of ${trials}`)
})

test('a backlog grows when its whole interval is above zero, and by more than a hundredth of the rate', () => {
  assert.equal(trendOf({ perSecond: 2, low: 0.1, high: 4 }, 100), 'grows')
  assert.equal(trendOf({ perSecond: 2, low: -0.1, high: 4 }, 100), 'flat')
  assert.equal(trendOf({ perSecond: -2, low: -3, high: -1 }, 100), 'flat')
  assert.equal(trendOf({ perSecond: 2, low: 1.9, high: 2.1 }, 1_000), 'flat')
})

test('an interval that holds a tenth of the rate shows neither that a backlog grows nor that it does not', () => {
  assert.equal(trendOf({ perSecond: 5, low: -5, high: 15 }, 100), 'unclear')
})
