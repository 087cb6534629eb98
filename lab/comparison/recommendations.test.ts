import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Result } from '#engine/run/summary.ts'
import { sampleResult, sampleSummary, healthy, made, MODELS, summaryOf } from '../testing/sample-result.ts'
import { recommendations } from './recommendations.ts'

const CASES = {
  one: { 'during: availability': 0, 'time to full recovery': 10 },
  other: { 'during: availability': 100, 'time to full recovery': 900 },
}

test('advice names the models that do best, every piece of evidence has its number and leads to its scenario', () => {
  const told = recommendations(
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
    for (const { text, scenario } of evidence) {
      assert.match(scenario, /^(healthy|inventory-dead|read-again)$/)
      assert.match(text, /\d|it is gone/)
    }
  }
})

test('what was not judged valid, or leaves a safeguard out on purpose, is never advised', () => {
  const spoilt = (change: (result: Result) => Result) =>
    recommendations(summaryOf([change(made('other', 'inventory-dead', 1, { plain: CASES.other }))]))[0]?.advice
  assert.match(spoilt(result => result) ?? '', /^Take other:/)
  const invalid = spoilt(result => ({
    ...result,
    checks: [{ name: 'lost', verdict: 'invalid', detail: '', variant: 'plain' }],
  }))
  assert.match(invalid ?? '', /^None of those compared/)
  const disabledSafeguard = spoilt(result => ({
    ...result,
    variants: [{ name: 'plain', about: '', environment: {}, disabledSafeguard: 'outbox' }],
  }))
  assert.match(disabledSafeguard ?? '', /^None of those compared/)
})

const spoiltBy = (result: Result): Result => ({
  ...result,
  checks: [{ name: 'lost', verdict: 'unknown', detail: '', variant: 'plain' }],
})

test('why none is advised is the reason: not judged valid is not too few answers', () => {
  const told = recommendations(
    summaryOf([
      spoiltBy(made('other', 'inventory-dead', 1, { plain: CASES.other })),
      ...healthy('one', [1, 2, 3]).map(spoiltBy),
      spoiltBy(made('other', 'read-again', 1, { plain: { asked: 10, 'all read again after': 70 } })),
    ]),
  )
  assert.equal(told.length, 4)
  for (const { advice } of told)
    assert.equal(advice, 'None of those compared: none that could be advised was judged valid.')
})

test('one model alone has no others, and almost all is not all', () => {
  const told = recommendations(
    summaryOf([
      ...healthy('one', [1, 2, 3]),
      made('one', 'burst', 1, { plain: { 'during: availability': (100 * 2_499) / 2_500 } }),
    ]),
  )
  assert.doesNotMatch(told[0]?.advice ?? '', /others/)
  assert.match(told[1]?.advice ?? '', /^Take one: at least 99\.9 % of the orders/)
})

test('who needs least memory is advised only where nobody needs less processor time', () => {
  const needs = (model: string, memory: number, cpu: number) =>
    [1, 2, 3].map(nth => made(model, 'healthy', nth, { plain: { memory: memory + nth / 10, CPU: cpu + nth / 10 } }))
  const advice = (other: number) =>
    recommendations(summaryOf([...needs('one', 10, 5), ...needs('other', 20, other)]))[0]?.advice
  assert.match(advice(9) ?? '', /^Take one: all processes together held 10\.2.*and took 5\.2/)
  assert.match(advice(2) ?? '', /^None of those compared needs least of both: one held 10\.2.*other took 2\.2/)
})

test('where no model answers enough of the orders none is advised, and what was not measured is left out', () => {
  const alike = MODELS.map(model => made(model, 'burst', 1, { plain: { 'during: availability': 0 } }))
  const told = recommendations(summaryOf(alike))
  assert.equal(told.length, 1)
  assert.match(told[0]?.advice ?? '', /^None of those compared; at most 0 %/)
  assert.deepEqual(recommendations(sampleSummary([sampleResult])), [])
})
