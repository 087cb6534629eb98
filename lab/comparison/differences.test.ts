import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleHealthy, sampleComparisonOf, withMark } from '../testing/sample-result.ts'
import { configurationsOf } from './repeated-measures.ts'
import { ranked } from './differences.ts'

const chain = (values: Record<string, number[]>, atLeast: string[] = []): string => {
  const { results } = sampleComparisonOf(Object.entries(values).flatMap(([model, each]) => sampleHealthy(model, each)))
  for (const { model, measures } of results)
    if (atLeast.includes(model)) for (const measure of measures) measure.atLeast = true
  return ranked(configurationsOf(results, Object.keys(values)), 'memory')
}

test('models are in the order of their medians, with "<" only between ranges that do not touch', () => {
  assert.equal(chain({ a: [10, 11, 12], c: [30, 31, 32], b: [12, 13, 29] }), 'a ≈ b < c')
  assert.equal(chain({ a: [1, 2, 3], b: [4, 5, 6], c: [7, 8, 9] }), 'a < b < c')
  assert.equal(chain({ a: [1, 2, 3] }), '')
})

test('a pair for which the chain alone would be misread is added to it', () => {
  assert.equal(chain({ a: [80, 81, 84], b: [96, 97, 98], c: [79, 99, 103] }), 'a < b ≈ c; a ≈ c')
  assert.equal(chain({ a: [1, 2, 4], b: [3, 5, 8], c: [7, 9, 10] }), 'a ≈ b ≈ c; a < c')
})

test('what the fault sets has no place in the order', () => {
  const results = ['a', 'b', 'c'].flatMap((model, nth) => sampleHealthy(model, [10 * nth + 1, 10 * nth + 2]))
  const marked = results.map(result => (result.model === 'b' ? withMark(result, 'memory') : result))
  assert.equal(ranked(configurationsOf(results, ['a', 'b', 'c']), 'memory'), 'a < b < c')
  assert.equal(ranked(configurationsOf(marked, ['a', 'b', 'c']), 'memory'), 'a < c')
})

test('a lower bound is neither less than another value nor the same', () => {
  assert.equal(chain({ a: [1, 2, 3], b: [4, 5, 6] }, ['a']), 'a ? b')
  assert.equal(chain({ a: [1, 2, 3], b: [4, 5, 6] }, ['b']), 'a < b')
})
