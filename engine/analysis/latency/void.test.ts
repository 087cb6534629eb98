import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGeneratorBound } from './void.ts'

test('a latency is void only when lateness exceeds both 2 ms and 5 % of the p99', () => {
  assert.equal(isGeneratorBound(2.1, 41), true)
  assert.equal(isGeneratorBound(2.1, 43), false)
  assert.equal(isGeneratorBound(2, 1), false)
  assert.equal(isGeneratorBound(100, 2000), false)
  assert.equal(isGeneratorBound(101, 2000), true)
})
