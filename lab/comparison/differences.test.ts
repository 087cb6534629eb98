import assert from 'node:assert/strict'
import { test } from 'node:test'
import { healthy, summaryOf } from '../testing/sample-result.ts'
import { configurationsOf } from './repeated-measures.ts'
import { ranked } from './differences.ts'

const chain = (values: Record<string, number[]>, atLeast: string[] = []): string => {
  const { results } = summaryOf(Object.entries(values).flatMap(([model, each]) => healthy(model, each)))
  for (const { model, measures } of results)
    if (atLeast.includes(model)) for (const measure of measures) measure.atLeast = true
  return ranked(configurationsOf(results, Object.keys(values)), 'memory')
}

test('models stand in the order of their medians, and "<" only between ranges that do not touch', () => {
  assert.equal(chain({ a: [10, 11, 12], c: [30, 31, 32], b: [12, 13, 29] }), 'a ≈ b < c')
  assert.equal(chain({ a: [1, 2, 3], b: [4, 5, 6], c: [7, 8, 9] }), 'a < b < c')
  assert.equal(chain({ a: [1, 2, 3] }), '')
})

test('where the chain alone would say something else of two that do not stand side by side, it is said', () => {
  assert.equal(chain({ a: [80, 81, 84], b: [96, 97, 98], c: [79, 99, 103] }), 'a < b ≈ c; a ≈ c')
  assert.equal(chain({ a: [1, 2, 4], b: [3, 5, 8], c: [7, 9, 10] }), 'a ≈ b ≈ c; a < c')
})

test('what is at least so much is not less, and not the same either', () => {
  assert.equal(chain({ a: [1, 2, 3], b: [4, 5, 6] }, ['a']), 'a ? b')
  assert.equal(chain({ a: [1, 2, 3], b: [4, 5, 6] }, ['b']), 'a < b')
})
