import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, ranged, repeated, trendOf } from './repetitions.ts'

const compared = (one: number[], other: number[]) => compare(repeated(one), repeated(other))

test('repetitions are reported by their median and range', () => {
  assert.deepEqual(repeated([3, 1, 2]), { median: 2, low: 1, high: 3, repetitions: 3 })
  assert.deepEqual(repeated([4, 1, 2, 3]), { median: 2.5, low: 1, high: 4, repetitions: 4 })
  assert.throws(() => repeated([]), RangeError)
})

test('ranges that do not touch are distinguished, with the ratio of the medians', () => {
  assert.equal(compared([1, 2, 3], [4, 5, 6]).verdict, 'lower')
  const { verdict, ratio, text } = compared([40, 50, 60], [4, 5, 6])
  assert.deepEqual([verdict, ratio, text], ['higher', 10, 'higher, ×10.00'])
})

test('ranges that overlap or touch are indistinguishable', () => {
  assert.equal(compared([1, 2, 4], [4, 5, 6]).verdict, 'indistinguishable')
  assert.match(compared([1, 9], [4, 5]).text, /^indistinguishable/)
})

test('a single repetition shows no spread, so nothing is claimed', () => {
  assert.equal(compared([1], [4, 5, 6]).verdict, 'unknown')
})

test('nothing is divided by zero', () => {
  assert.deepEqual(compared([1, 2], [0, 0]).ratio, undefined)
})

test('from six repetitions on the interval is the one that holds the median with 95 %, so that one outlier hides no difference', () => {
  const of = (count: number) => {
    const { low, high } = repeated(Array.from({ length: count }, (_, nth) => nth))
    return [low, count - 1 - high]
  }
  // The table of the sign test: ranks of the interval for n = 5, 6, 8, 9, 10, 12, 15, 20.
  assert.deepEqual(
    [5, 6, 8, 9, 10, 12, 15, 20].map(of),
    [0, 0, 0, 1, 1, 2, 3, 5].map(beyond => [beyond, beyond]),
  )
  assert.deepEqual(ranged([1, 1, 1, 1, 1, 1, 1, 1, 1, 60]), { median: 1, low: 1, high: 60, repetitions: 10 })
  const ten = [1, 1, 1, 1, 1, 1, 1, 1, 1, 99]
  assert.equal(
    compared(
      ten,
      ten.map(value => value + 1),
    ).verdict,
    'lower',
  )
})

test('a trend is told from chance, and never of few repetitions', () => {
  const rising = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
  assert.equal(trendOf(rising), 'rises')
  assert.equal(trendOf(rising.toReversed()), 'falls')
  assert.equal(trendOf([5, 1, 8, 2, 9, 3, 7, 4, 6, 5]), undefined)
  assert.equal(trendOf(Array(10).fill(3)), undefined)
  assert.equal(trendOf(rising.slice(0, 5)), undefined)
})
