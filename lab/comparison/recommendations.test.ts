import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Result } from '#engine/run/summary.ts'
import {
  MODELS,
  sampleCell,
  sampleComparisonOf,
  sampleHealthy,
  sampleResult,
  sampleSummary,
  withMark,
} from '../testing/sample-result.ts'
import { recommendations } from './recommendations.ts'

const DEAD = {
  one: { 'during: known in the end': 0, 'time to full recovery': 10 },
  other: { 'during: known in the end': 100, 'time to full recovery': 900 },
}
const READ = { requested: 10, 'all read again after': 70 }

const chosenOf = (results: Result[]) => recommendations(sampleComparisonOf(results)).map(({ choose }) => choose)

test('the models that did best are chosen, and each piece of evidence has a number and the scenario it comes from', () => {
  const found = recommendations(
    sampleComparisonOf([
      ...sampleHealthy('one', [1, 2, 3]),
      ...sampleHealthy('other', [4, 5, 6]),
      sampleCell('one', 'inventory-dead', 1, { plain: DEAD.one }),
      sampleCell('other', 'inventory-dead', 1, { plain: DEAD.other }),
      sampleCell('other', 'read-again', 1, { plain: READ }),
    ]),
  )
  assert.deepEqual(
    found.map(({ choose }) => choose),
    [['one'], ['other'], ['other'], ['one']],
  )
  for (const { evidence } of found) {
    assert.equal(evidence.length, 2)
    for (const { text, scenario } of evidence) {
      assert.match(scenario, /^(healthy|inventory-dead|read-again)$/)
      assert.match(text, /\d|a request is gone/)
    }
  }
})

test('a model that was not judged valid, or that leaves out a safeguard on purpose, is never chosen', () => {
  const cell = sampleCell('other', 'inventory-dead', 1, { plain: DEAD.other })
  const invalid = [{ name: 'lost', verdict: 'invalid' as const, detail: '', variant: 'plain' }]
  const disabled = [{ name: 'plain', about: '', environment: {}, disabledSafeguard: 'outbox' }]
  assert.deepEqual(chosenOf([cell]), [['other']])
  assert.deepEqual(chosenOf([{ ...cell, checks: invalid }]), [[]])
  assert.deepEqual(chosenOf([{ ...cell, variants: disabled }]), [[]])
})

test('a model that accepts every order at once and decides none of them is not chosen', () => {
  const receipts = { 'during: availability': 100, 'during: known in the end': 0 }
  const decides = { 'during: availability': 0, 'during: known in the end': 95 }
  const [found] = recommendations(
    sampleComparisonOf([
      sampleCell('one', 'inventory-dead', 1, { plain: receipts }),
      sampleCell('other', 'inventory-dead', 1, { plain: decides }),
    ]),
  )
  assert.deepEqual(found?.choose, ['other'])
  assert.match(found?.evidence[0]?.text ?? '', /the outcome of 0 % .* 100 % had their right answer/)
})

test('none is chosen where none is valid, under every condition', () => {
  const unknown = (result: Result): Result => ({
    ...result,
    checks: [{ name: 'lost', verdict: 'unknown', detail: '', variant: 'plain' }],
  })
  const cells = [
    sampleCell('other', 'inventory-dead', 1, { plain: DEAD.other }),
    ...sampleHealthy('one', [1, 2, 3]),
    sampleCell('other', 'read-again', 1, { plain: READ }),
  ]
  assert.deepEqual(chosenOf(cells.map(unknown)), [[], [], [], []])
})

const burstOf = (values: readonly number[]) =>
  values.map((value, nth) => sampleCell(MODELS[nth] ?? '', 'burst', 1, { plain: { 'during: known in 1 s': value } }))

test('where all models measured the same, none is chosen', () => {
  const [advice] = recommendations(sampleComparisonOf(burstOf([100, 99.9])))
  assert.deepEqual(advice?.choose, [])
  assert.match(advice?.advice ?? '', /^No difference measured: in each, the outcome of at least 99\.9 %/)
})

test('a model whose measure is void is named as not compared, and the others are then not called equal to all', () => {
  const [one, other] = burstOf([100, 100])
  if (!one || !other) assert.fail()
  const isVoid = other.measures.map(measure => ({ ...measure, value: null, note: 'generator-bound' }))
  const [found] = recommendations(sampleComparisonOf([one, { ...other, measures: isVoid }]))
  assert.doesNotMatch(found?.advice ?? '', /No difference/)
  assert.deepEqual(found?.evidence.at(-1), {
    model: 'other',
    scenario: 'burst',
    text: 'not measured (during: known in 1 s has no value: generator-bound), so it is not compared',
  })
})

test('no advice rests on what the fault sets, and a model of which it is set is named as not compared', () => {
  const name = 'during: known in 1 s'
  const [one, other] = burstOf([50, 100])
  if (!one || !other) assert.fail()
  assert.deepEqual(chosenOf([one, other]), [['other']])
  const [found] = recommendations(sampleComparisonOf([one, withMark(other, name)]))
  assert.deepEqual(found?.choose, [])
  assert.equal(found?.evidence.at(-1)?.text, `${name} is set by the fault (64 in flight ÷ 50/s), so it is not compared`)
  assert.deepEqual(recommendations(sampleComparisonOf([withMark(one, name), withMark(other, name)])), [])
})

test('a single run is no reason to prefer a model that is a little above the limit to one a little below it', () => {
  assert.deepEqual(chosenOf(burstOf([91, 88])), [[]])
  assert.deepEqual(chosenOf(burstOf([100, 88])), [['one']])
})

test('advice from a single run says so, and advice from repetitions does not', () => {
  const [once] = recommendations(sampleComparisonOf(burstOf([100, 0])))
  assert.match(once?.advice ?? '', /\(measured once\)\.$/)
  const [repeated] = recommendations(
    sampleComparisonOf(
      [1, 2].flatMap(repeat =>
        burstOf([100, 0]).map(cell => ({ ...cell, cell: { scenario: 'burst', ordersPerSecond: 50, repeat } })),
      ),
    ),
  )
  assert.doesNotMatch(repeated?.advice ?? '', /measured once/)
})

test('a quick comparison gives no advice', () => {
  assert.deepEqual(recommendations({ ...sampleComparisonOf(burstOf([100, 0])), profile: 'quick' }), [])
})

test('where clients know enough of the outcomes in no model none is chosen, and a condition without measures is left out', () => {
  assert.deepEqual(chosenOf(burstOf([0, 0])), [[]])
  assert.deepEqual(recommendations(sampleSummary([sampleResult])), [])
})

test('the model that needs least memory is chosen only where no other needs less CPU time', () => {
  const needs = (model: string, memory: number, cpu: number) =>
    [1, 2, 3].map(nth =>
      sampleCell(model, 'healthy', nth, { plain: { memory: memory + nth / 10, CPU: cpu + nth / 10 } }),
    )
  const chosen = (otherCpu: number) => chosenOf([...needs('one', 10, 5), ...needs('other', 20, otherCpu)])
  assert.deepEqual(chosen(9), [['one']])
  assert.deepEqual(chosen(2), [[]])
})

test('the death of the broker is measured evidence only for models with a broker, and the others are named', () => {
  const cell = (model: string, label: string): Result => ({
    ...sampleCell(model, 'broker-dead', 1, { plain: { 'during: known in the end': 100 } }),
    marks: [{ variant: 'plain', label, fromSeconds: 5, toSeconds: 20.2 }],
  })
  const [found] = recommendations(
    sampleComparisonOf([cell('one', 'kill inventory_service'), cell('other', 'kill rabbitmq')]),
  )
  assert.deepEqual(
    found?.evidence.map(({ model }) => model),
    ['other', 'one'],
  )
  assert.match(found?.evidence[0]?.text ?? '', /15\.2 s/)
  assert.match(found?.evidence[1]?.text ?? '', /no broker/)
})
