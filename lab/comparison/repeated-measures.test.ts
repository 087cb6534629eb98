import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Result } from '#engine/run/summary.ts'
import { best, isLess } from './differences.ts'
import { healthy, made, MODELS, summaryOf } from '../testing/sample-result.ts'
import {
  headlines,
  repeatedMeasureOf,
  repeatedMeasuresOf,
  formatted,
  shown,
  configurationsOf,
  verdictOf,
} from './repeated-measures.ts'

test('of repetitions the best is told only from those whose range it does not touch', () => {
  const apart = repeatedMeasuresOf(
    summaryOf([...healthy('one', [1, 2, 3]), ...healthy('other', [4, 5, 6])]),
    'healthy',
    'accepted p50',
    50,
  )
  assert.deepEqual(
    best(apart, 'least').map(({ subject }) => subject.model),
    ['one'],
  )
  assert.deepEqual(
    best(apart, 'most').map(({ subject }) => subject.model),
    ['other'],
  )
  const touching = repeatedMeasuresOf(
    summaryOf([...healthy('one', [1, 2, 4]), ...healthy('other', [4, 5, 6])]),
    'healthy',
    'accepted p50',
  )
  assert.equal(best(touching, 'least').length, 2)
})

test('what ran once is told apart only when it takes twice as much, or by ten points of a hundred', () => {
  const once = (name: string, values: [number, number]) =>
    repeatedMeasuresOf(
      summaryOf(MODELS.map((model, index) => made(model, 'burst', 1, { plain: { [name]: values[index] ?? 0 } }))),
      'burst',
      name,
    )
  assert.equal(best(once('longest wait', [100, 190]), 'least').length, 2)
  assert.equal(best(once('longest wait', [100, 210]), 'least').length, 1)
  assert.equal(best(once('during: availability', [95, 100]), 'most').length, 2)
  assert.equal(best(once('during: availability', [80, 100]), 'most').length, 1)
})

test('a measure that one repetition lacks is no reading, and a model is told by its first composition', () => {
  const results = [
    made('one', 'broker-dead', 1, { first: { 'during: availability': 100 }, second: { 'during: availability': 10 } }),
    made('other', 'broker-dead', 1, { first: { 'during: availability': null } }),
  ]
  const readings = repeatedMeasuresOf(summaryOf(results), 'broker-dead', 'during: availability')
  assert.deepEqual(
    readings.map(({ subject }) => [subject.model, subject.variant]),
    [
      ['one', 'first'],
      ['one', 'second'],
    ],
  )
  assert.deepEqual(
    headlines(readings).map(({ subject }) => subject.variant),
    ['first'],
  )
})

/** The reading of one model's first composition. */
function only(results: Result[], name: string) {
  const [subject = assert.fail()] = configurationsOf(results, MODELS)
  return repeatedMeasureOf(subject, name) ?? assert.fail('nothing was measured')
}

test('of repetitions the median stands with its range, and no number at all where one of them is void', () => {
  const whole = only(healthy('one', [3, 1, 2]), 'memory')
  assert.deepEqual([shown(whole), formatted(whole)], ['2.00 (1.00–3.00)', '2.00 ms'])
  const [first, second = assert.fail(), third = assert.fail()] = healthy('one', [3, 1, 2])
  const spoilt = (measures: Result['measures']) =>
    only([first ?? assert.fail(), { ...second, measures }, third], 'memory')
  const none = { variant: 'plain', name: 'memory', unit: 'ms', value: null, note: 'generator-bound' }
  const bound = spoilt([none])
  assert.deepEqual([bound.values, bound.note, shown(bound)], [[], 'generator-bound', '–'])
  assert.equal(spoilt([]).note, 'a repetition could not be finished')
})

test('what is at least so much is less than nothing, and may be more', () => {
  const [low = assert.fail(), high = assert.fail()] = repeatedMeasuresOf(
    summaryOf([...healthy('one', [1, 2]), ...healthy('other', [4, 5])]),
    'healthy',
    'memory',
  )
  assert.equal(isLess(low, high), true)
  assert.equal(isLess({ ...low, atLeast: true }, high), false)
  assert.equal(isLess(low, { ...high, atLeast: true }), true)
  assert.equal(formatted({ ...low, atLeast: true }), '≥ 1.50 ms')
})

test('the verdict of a subject is its worst, and unknown where a repetition could not be finished', () => {
  const [first = assert.fail(), second = assert.fail()] = healthy('one', [1, 2])
  const of = (results: Result[]) => verdictOf({ results, variant: 'plain' })
  assert.equal(of([first, second]), 'valid')
  assert.equal(of([first, { ...second, checks: [], variants: [], failure: 'no broker' }]), 'unknown')
  const invalid = { name: 'lost', verdict: 'invalid' as const, detail: '', variant: 'plain' }
  assert.equal(of([first, { ...second, checks: [invalid] }]), 'invalid')
})
