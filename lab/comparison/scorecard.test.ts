import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Result } from '#engine/run/summary.ts'
import { MODELS, sampleCell, sampleComparisonOf, sampleHealthy, withMark } from '../testing/sample-result.ts'
import { scorecard, spreadText } from './scorecard.ts'

const KNOWN = 'during: known in the end'
const NAMES = ['healthy', 'inventory-slow', 'inventory-dead', 'read-again']

function summaryOf(results: Result[]) {
  const summary = sampleComparisonOf(results)
  const comparison = summary.comparison ?? assert.fail()
  const others = NAMES.filter(name => comparison.about.every(each => each.name !== name))
  const about = [...comparison.about, ...others.map(name => ({ name, title: name, asks: '', without: {} }))]
  return { ...summary, comparison: { ...comparison, about } }
}

/** The row of the measure that the results have: the standing of each model, and the answer. */
function rowOf(results: Result[]) {
  const [row] = scorecard(summaryOf(results))?.rows ?? []
  return row && [...row.cells.map(({ standing }) => standing), row.answer]
}

const dead = (model: string, shares: Record<string, number>): Result =>
  sampleCell(
    model,
    'inventory-dead',
    1,
    Object.fromEntries(Object.entries(shares).map(([variant, share]) => [variant, { [KNOWN]: share }])),
  )

test('a model that meets the need is the answer, and one that does not is behind', () => {
  const results = [dead('one', { plain: 0 }), dead('other', { plain: 100 })]
  assert.deepEqual(rowOf(results), ['behind', 'good', 'other: all of them (measured once)'])
})

test('where all meet the need no difference matters, and where none is known to be better none is measured', () => {
  const both = (share: number) => MODELS.map(model => dead(model, { plain: share }))
  assert.deepEqual(rowOf(both(100)), ['good', 'good', 'no difference that matters: all of them (measured once)'])
  assert.deepEqual(rowOf(both(60)), ['good', 'good', 'no difference measured (measured once)'])
})

test('one that is only a little below the limit is not behind one that meets it', () => {
  const results = [dead('one', { plain: 99 }), dead('other', { plain: 100 })]
  assert.deepEqual(rowOf(results), ['good', 'good', 'no difference measured (measured once)'])
})

test('of several configurations the best one is shown and named; the one that stands for the model where none is better', () => {
  const row = (shares: Record<string, number>) => {
    const card = scorecard(summaryOf([dead('one', shares), dead('other', { plain: 100 })]))
    return card?.rows[0]?.cells[0]
  }
  const cell = { verdict: 'valid', standing: 'good' }
  assert.deepEqual(row({ plain: 0, outbox: 100 }), { text: '100', configuration: 'outbox', ...cell })
  assert.deepEqual(row({ plain: 98, outbox: 100 }), { text: '98', ...cell })
})

test('what leaves out a safeguard on purpose, or could not be judged, counts for no answer', () => {
  const one = dead('one', { plain: 100 })
  const unknown = one.checks.map(check => ({ ...check, verdict: 'unknown' as const }))
  const disabled = one.variants.map(variant => ({ ...variant, disabledSafeguard: 'outbox' }))
  const other = dead('other', { plain: 50 })
  const answer = ['none', 'good', 'other (measured once); not compared: one']
  assert.deepEqual(rowOf([{ ...one, checks: unknown }, other]), answer)
  assert.deepEqual(rowOf([{ ...one, variants: disabled }, other]), answer)
})

test('a model that was judged invalid is behind, with its verdict beside its figure', () => {
  const one = dead('one', { plain: 100 })
  const checks = one.checks.map(check => ({ ...check, verdict: 'invalid' as const }))
  const results = [{ ...one, checks }, dead('other', { plain: 50 })]
  assert.deepEqual(rowOf(results), ['behind', 'good', 'other (measured once)'])
  assert.equal(scorecard(summaryOf(results))?.rows[0]?.cells[0]?.verdict, 'invalid')
})

test('what the fault sets is shown with its arithmetic, and is not compared', () => {
  const slow = (model: string, share: number) =>
    sampleCell(model, 'inventory-slow', 1, { plain: { 'during: known in 5 s': share } })
  const results = [withMark(slow('one', 0), 'during: known in 5 s'), slow('other', 100)]
  const card = scorecard(summaryOf(results))
  assert.deepEqual(card?.rows[0]?.cells[0], { text: '0 (†1)', verdict: 'valid', standing: 'none' })
  assert.match(card?.notes.join() ?? '', /64 in flight/)
})

test('a model that cannot do it is behind, with the reason', () => {
  const card = scorecard(summaryOf([sampleCell('other', 'read-again', 1, { plain: { 'all read again after': 70 } })]))
  assert.deepEqual(
    card?.rows[0]?.cells.map(({ standing }) => standing),
    ['behind', 'good'],
  )
  assert.match(card?.notes[0] ?? '', /a request is gone once it is answered/)
})

test('needs of which nothing was measured are named, a quick run has no scorecard, and neither has an empty one', () => {
  const summary = summaryOf([dead('one', { plain: 1 })])
  assert.match(
    scorecard(summary)?.notes.at(-1) ?? '',
    /^Nothing that was judged valid was measured for: .*Memory is scarce/,
  )
  assert.equal(scorecard({ ...summary, profile: 'quick' }), undefined)
  assert.equal(scorecard(summaryOf([])), undefined)
})

test('the widest spread between repetitions says which differences decide nothing', () => {
  const results = [...sampleHealthy('one', [10, 10, 10]), ...sampleHealthy('other', [10, 15, 24])]
  const expected = /the same configuration memory differed by up to 2\.4 times: a smaller/
  assert.match(spreadText(summaryOf(results)), expected)
  assert.equal(spreadText(summaryOf([dead('one', { plain: 1 })])), '')
})
