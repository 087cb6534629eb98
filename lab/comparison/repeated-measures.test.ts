import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Result } from '#engine/run/summary.ts'
import { best, isLess } from './differences.ts'
import { sampleHealthy, sampleCell, MODELS, sampleComparisonOf } from '../testing/sample-result.ts'
import {
  mainMeasuresOf,
  repeatedMeasureOf,
  repeatedMeasuresOf,
  formatted,
  formattedWithSpread,
  configurationsOf,
  verdictOf,
} from './repeated-measures.ts'

test('the best of repeated measures is distinguished only where ranges do not touch', () => {
  const apart = repeatedMeasuresOf(
    sampleComparisonOf([...sampleHealthy('one', [1, 2, 3]), ...sampleHealthy('other', [4, 5, 6])]),
    'healthy',
    'accepted p50',
    50,
  )
  assert.deepEqual(
    best(apart, 'least').map(({ configuration }) => configuration.model),
    ['one'],
  )
  assert.deepEqual(
    best(apart, 'most').map(({ configuration }) => configuration.model),
    ['other'],
  )
  const touching = repeatedMeasuresOf(
    sampleComparisonOf([...sampleHealthy('one', [1, 2, 4]), ...sampleHealthy('other', [4, 5, 6])]),
    'healthy',
    'accepted p50',
  )
  assert.equal(best(touching, 'least').length, 2)
})

test('single runs are distinguished only by a factor of two, or by ten percentage points', () => {
  const once = (name: string, values: [number, number]) =>
    repeatedMeasuresOf(
      sampleComparisonOf(
        MODELS.map((model, index) => sampleCell(model, 'burst', 1, { plain: { [name]: values[index] ?? 0 } })),
      ),
      'burst',
      name,
    )
  assert.equal(best(once('longest wait', [100, 190]), 'least').length, 2)
  assert.equal(best(once('longest wait', [100, 210]), 'least').length, 1)
  assert.equal(best(once('during: availability', [95, 100]), 'most').length, 2)
  assert.equal(best(once('during: availability', [80, 100]), 'most').length, 1)
})

test('a measure that a repetition lacks has no values, and the main configuration stands for its model', () => {
  const results = [
    sampleCell('one', 'broker-dead', 1, {
      first: { 'during: availability': 100 },
      second: { 'during: availability': 10 },
    }),
    sampleCell('other', 'broker-dead', 1, { first: { 'during: availability': null } }),
  ]
  const args = [sampleComparisonOf(results), 'broker-dead', 'during: availability'] as const
  assert.deepEqual(
    repeatedMeasuresOf(...args).map(({ configuration }) => [configuration.model, configuration.variant]),
    [
      ['one', 'first'],
      ['one', 'second'],
    ],
  )
  assert.deepEqual(
    mainMeasuresOf(...args).map(({ configuration }) => configuration.variant),
    ['first'],
  )
})

/** The measure of the first model's main configuration. */
function only(results: Result[], name: string) {
  const [configuration = assert.fail()] = configurationsOf(results, MODELS)
  return repeatedMeasureOf(configuration, name) ?? assert.fail('nothing was measured')
}

test('the median is shown with its range, and there is no number where a repetition is void', () => {
  const whole = only(sampleHealthy('one', [3, 1, 2]), 'memory')
  assert.deepEqual([formattedWithSpread(whole), formatted(whole)], ['2 (1–3)', '2 MB'])
  const [first, second = assert.fail(), third = assert.fail()] = sampleHealthy('one', [3, 1, 2])
  const withMeasures = (measures: Result['measures']) =>
    only([first ?? assert.fail(), { ...second, measures }, third], 'memory')
  const none = { variant: 'plain', name: 'memory', unit: 'MB', value: null, note: 'generator-bound' }
  const bound = withMeasures([none])
  assert.deepEqual([bound.values, bound.note, formattedWithSpread(bound)], [[], 'generator-bound', '–'])
  assert.equal(withMeasures([]).note, 'a repetition could not be finished')
})

test('a lower bound is less than nothing, and may be more than anything', () => {
  const [low = assert.fail(), high = assert.fail()] = repeatedMeasuresOf(
    sampleComparisonOf([...sampleHealthy('one', [1, 2]), ...sampleHealthy('other', [4, 5])]),
    'healthy',
    'memory',
  )
  assert.equal(isLess(low, high), true)
  assert.equal(isLess({ ...low, atLeast: true }, high), false)
  assert.equal(isLess(low, { ...high, atLeast: true }), true)
  assert.equal(formatted({ ...low, atLeast: true }), '≥ 1.5 MB')
})

test('the verdict of a configuration is its worst, and unknown where a repetition could not be finished', () => {
  const [first = assert.fail(), second = assert.fail()] = sampleHealthy('one', [1, 2])
  const of = (results: Result[]) => verdictOf({ results, variant: 'plain' })
  assert.equal(of([first, second]), 'valid')
  assert.equal(of([first, { ...second, checks: [], variants: [], failure: 'no broker' }]), 'unknown')
  const invalid = { name: 'lost', verdict: 'invalid' as const, detail: '', variant: 'plain' }
  assert.equal(of([first, { ...second, checks: [invalid] }]), 'invalid')
})
