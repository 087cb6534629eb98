import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acknowledgementTimes, commitTimes } from './kept-times.ts'

const MANY = 250_000

test('the last 100,000 commits are known, and memory is bounded', () => {
  const { note, keptNs } = commitTimes()
  assert.equal(keptNs(5), null)
  for (let number = 1; number <= MANY; number++) note(number * 10, number * 10 + 5)
  assert.equal(keptNs(15), null)
  assert.equal(keptNs((MANY - 99_999) * 10), (MANY - 99_999) * 10 + 5)
  assert.equal(keptNs(MANY * 10 + 5), MANY * 10 + 5)
  assert.equal(keptNs(MANY * 10 - 1), null, 'between two commits')
  assert.equal(keptNs(MANY * 10 + 6), null, 'not committed yet')
})

test('the last 100,000 acknowledgements are known, in whatever sequence they came', () => {
  const { note, keptNs } = acknowledgementTimes()
  note(20, 25)
  note(10, 26)
  assert.deepEqual([keptNs(10), keptNs(20), keptNs(15)], [26, 25, null])
  for (let number = 1; number < 100_000; number++) note(number * 100, number * 100 + 5)
  assert.deepEqual([keptNs(20), keptNs(10), keptNs(100)], [null, 26, 105])
})
