import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Result, Summary } from '#common/experiment/summary.ts'
import { madeResult, madeSummary } from '../render/made-result.ts'
import { best, headlines, readingsOf } from './readings.ts'
import { situations } from './situations.ts'

const MODELS = ['one', 'other']

/** A cell with one variant for each list of measures. */
function made(
  model: string,
  fault: string,
  repeat: number,
  variants: Record<string, Record<string, number | null>>,
): Result {
  const measures = Object.entries(variants).flatMap(([variant, values]) =>
    Object.entries(values).map(([name, value]) => ({
      variant,
      name,
      unit: name.includes('availability') ? '%' : 'ms',
      value,
    })),
  )
  const checks = Object.keys(variants).map(variant => {
    return { name: 'lost', verdict: 'valid' as const, detail: 'none', variant }
  })
  const facts = Object.keys(variants).map(name => ({ name, about: name, environment: {} }))
  return {
    ...madeResult,
    model,
    experiment: `${fault}-${repeat}`,
    variants: facts,
    measures,
    checks,
    cell: { fault, ordersPerSecond: 50, repeat },
  }
}

const summaryOf = (results: Result[]): Summary => ({
  ...madeSummary(results),
  comparison: {
    models: MODELS,
    features: { one: ['answers-with-outcome'], other: [] },
    faults: [],
    rates: [50],
    repeat: 1,
    healthyRepeat: 3,
    about: [{ name: 'read-again', title: '', asks: '', without: { one: 'it is gone' } }],
  },
})

const healthy = (model: string, values: readonly number[]) =>
  values.map((value, index) => made(model, 'healthy', index + 1, { plain: { 'accepted p50': value, memory: value } }))

test('of repetitions the best is told only from those whose range it does not touch', () => {
  const apart = readingsOf(
    summaryOf([...healthy('one', [1, 2, 3]), ...healthy('other', [4, 5, 6])]),
    'healthy',
    'accepted p50',
    50,
  )
  assert.deepEqual(
    best(apart, 'least').map(({ model }) => model),
    ['one'],
  )
  assert.deepEqual(
    best(apart, 'most').map(({ model }) => model),
    ['other'],
  )
  const touching = readingsOf(
    summaryOf([...healthy('one', [1, 2, 4]), ...healthy('other', [4, 5, 6])]),
    'healthy',
    'accepted p50',
  )
  assert.equal(best(touching, 'least').length, 2)
})

test('what ran once is told apart only when it takes twice as much, or by ten points of a hundred', () => {
  const once = (name: string, values: [number, number]) =>
    readingsOf(
      summaryOf(MODELS.map((model, index) => made(model, 'burst', 1, { plain: { [name]: values[index] ?? 0 } }))),
      'burst',
      name,
    )
  assert.equal(best(once('oldest waited', [100, 190]), 'least').length, 2)
  assert.equal(best(once('oldest waited', [100, 210]), 'least').length, 1)
  assert.equal(best(once('during: availability', [95, 100]), 'most').length, 2)
  assert.equal(best(once('during: availability', [80, 100]), 'most').length, 1)
})

test('a measure that one repetition lacks is no reading, and a model is told by its first composition', () => {
  const results = [
    made('one', 'broker-dead', 1, { first: { 'during: availability': 100 }, second: { 'during: availability': 10 } }),
    made('other', 'broker-dead', 1, { first: { 'during: availability': null } }),
  ]
  const readings = readingsOf(summaryOf(results), 'broker-dead', 'during: availability')
  assert.deepEqual(
    readings.map(({ model, variant }) => [model, variant]),
    [
      ['one', 'first'],
      ['one', 'second'],
    ],
  )
  assert.deepEqual(
    headlines(readings).map(({ variant }) => variant),
    ['first'],
  )
})

const CASES = {
  one: { 'during: availability': 0, 'heal to last completed': 10 },
  other: { 'during: availability': 100, 'heal to last completed': 900 },
}

test('advice names the models that do best, every piece of evidence has its number and leads to its fault', () => {
  const told = situations(
    summaryOf([
      ...healthy('one', [1, 2, 3]),
      ...healthy('other', [4, 5, 6]),
      made('one', 'inventory-dead', 1, { plain: CASES.one }),
      made('other', 'inventory-dead', 1, { plain: CASES.other }),
      made('other', 'read-again', 1, { plain: { asked: 10, 'all read again after': 70 } }),
    ]),
  )
  assert.deepEqual(
    told.map(({ advice }) => /^Take (\w+):/.exec(advice)?.[1]),
    ['one', 'other', 'other', 'one'],
  )
  for (const { evidence } of told) {
    assert.equal(evidence.length, 2)
    for (const { text, href } of evidence) {
      assert.match(href, /^#fault-(healthy|inventory-dead|read-again)$/)
      assert.match(text, /\d|it is gone/)
    }
  }
})

test('what was not judged valid, or leaves a safeguard out on purpose, is never advised', () => {
  const spoilt = (change: (result: Result) => Result) =>
    situations(summaryOf([change(made('other', 'inventory-dead', 1, { plain: CASES.other }))]))[0]?.advice
  assert.match(spoilt(result => result) ?? '', /^Take other:/)
  const invalid = spoilt(result => ({
    ...result,
    checks: [{ name: 'lost', verdict: 'invalid', detail: '', variant: 'plain' }],
  }))
  assert.match(invalid ?? '', /^None of those compared/)
  const leftOut = spoilt(result => ({
    ...result,
    variants: [{ name: 'plain', about: '', environment: {}, leftOut: 'outbox' }],
  }))
  assert.match(leftOut ?? '', /^None of those compared/)
})

test('where no model answers enough of the orders none is advised, and what was not measured is left out', () => {
  const alike = MODELS.map(model => made(model, 'burst', 1, { plain: { 'during: availability': 0 } }))
  const told = situations(summaryOf(alike))
  assert.equal(told.length, 1)
  assert.match(told[0]?.advice ?? '', /^None of those compared; at most 0 %/)
  assert.deepEqual(situations(madeSummary([madeResult])), [])
})
