import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from './random.ts'

const numbers = (seed: number): number[] => {
  const random = seededRandom(seed)
  return Array.from({ length: 50 }, () => random.next())
}

test('a seed gives the same numbers each time, and another seed others', () => {
  assert.deepEqual(numbers(7), numbers(7))
  assert.notDeepEqual(numbers(7), numbers(8))
})

test('numbers stay within their bounds and reach both ends', () => {
  const random = seededRandom(1)
  assert.ok(numbers(1).every(number => number >= 0 && number < 1))
  const drawn = new Set(Array.from({ length: 500 }, () => random.between(2, 5)))
  assert.deepEqual(
    [...drawn].sort((a, b) => a - b),
    [2, 3, 4, 5],
  )
})

test('shuffling keeps every value and leaves its argument alone', () => {
  const values = Array.from({ length: 100 }, (_, index) => index)
  const shuffled = seededRandom(3).shuffle(values)
  assert.notDeepEqual(shuffled, values)
  assert.deepEqual(
    shuffled.toSorted((a, b) => a - b),
    values,
  )
})

test('a seed that is not a whole number of 32 bits is refused', () => {
  for (const seed of [-1, 1.5, Number.NaN, 2 ** 32]) assert.throws(() => seededRandom(seed), RangeError)
})
