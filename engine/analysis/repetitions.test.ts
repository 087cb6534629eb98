import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, repeated } from './repetitions.ts'

test('repetitions are reported by their median and range', () => {
  assert.deepEqual(repeated([3, 1, 2]), { median: 2, low: 1, high: 3, repetitions: 3 })
  assert.deepEqual(repeated([4, 1, 2, 3]), { median: 2.5, low: 1, high: 4, repetitions: 4 })
  assert.throws(() => repeated([]), RangeError)
})

test('ranges that do not touch are distinguished, with the ratio of the medians', () => {
  assert.equal(compare([1, 2, 3], [4, 5, 6]).verdict, 'lower')
  const { verdict, ratio, text } = compare([40, 50, 60], [4, 5, 6])
  assert.deepEqual([verdict, ratio, text], ['higher', 10, 'higher, ×10.00'])
})

test('ranges that overlap or touch are indistinguishable', () => {
  assert.equal(compare([1, 2, 4], [4, 5, 6]).verdict, 'indistinguishable')
  assert.match(compare([1, 9], [4, 5]).text, /^indistinguishable/)
})

test('a single repetition shows no spread, so nothing is claimed', () => {
  assert.equal(compare([1], [4, 5, 6]).verdict, 'unknown')
})

test('nothing is divided by zero', () => {
  assert.deepEqual(compare([1, 2], [0, 0]).ratio, undefined)
})
