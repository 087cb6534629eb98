import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import type { Measure, Result, Summary } from '#engine/run/summary.ts'
import { sampleResult, sampleSummary } from '../../testing/sample-result.ts'
import { diffRuns } from './diff.ts'
import { renderDiff } from './render.ts'

const result = (change: Partial<Result>): Result => ({ ...sampleResult, ...change })
const runOf = (...results: Result[]): Summary => sampleSummary(results)
const diffOf = (one: Summary, other: Summary, all = false) => diffRuns(one, other, { all })
const shown = (one: Summary, other: Summary) => stripVTControlCharacters(renderDiff(diffOf(one, other), 200))

/** Cells of a comparison with one measure each, a repetition a value. */
const cells = (values: readonly (number | Partial<Measure>)[]) =>
  runOf(
    ...values.map((value, index) =>
      result({
        experiment: `none-20-${index}`,
        cell: { scenario: 'none', ordersPerSecond: 20, repeat: index + 1 },
        columns: ['p99'],
        measures: [
          {
            variant: 'control',
            name: 'p99',
            unit: 'ms',
            ...(typeof value === 'number' ? { value } : { value: null, ...value }),
          },
        ],
      }),
    ),
  )
const differencesOf = (one: readonly (number | Partial<Measure>)[], other: readonly (number | Partial<Measure>)[]) =>
  diffOf(cells(one), cells(other)).measures.map(row => row.difference)

test('repetitions differ only where their ranges do not touch, and the second run is reported as higher or lower', () => {
  assert.deepEqual(differencesOf([1, 2, 3], [40, 50, 60]), ['higher, ×25.00'])
  assert.deepEqual(differencesOf([40, 50, 60], [1, 2, 3]), ['lower, ×0.04'])
  assert.deepEqual(differencesOf([1, 2, 3], [2, 3, 4]), ['indistinguishable'])
  const text = shown(cells([1, 2, 3]), cells([40, 50, 60]))
  assert.match(text, /p99 \[ms\] +│ +2\.00 \(1\.00 to 3\.00\) │ +50\.0 \(40\.0 to 60\.0\) │ higher/)
})

test('of single runs both values are shown, and no difference is claimed', () => {
  assert.deepEqual(differencesOf([1], [50]), ['not repeated'])
  assert.deepEqual(differencesOf([1], [50, 60]), ['not repeated'])
})

test('void and missing measures are shown with the reason, and void repetitions are counted', () => {
  const bound = { note: 'generator-bound' }
  assert.deepEqual(differencesOf([1, 2], [bound, bound]), ['void in the second: generator-bound'])
  assert.deepEqual(differencesOf([bound], [bound]), [
    'void in the first: generator-bound; void in the second: generator-bound',
  ])
  assert.deepEqual(differencesOf([1, 2, bound], [50, 60, 70]), ['void in part in the first: generator-bound'])
  const kept = sampleResult.measures.filter(({ name }) => name !== 'peak lag')
  const lag = diffOf(runOf(sampleResult), runOf(result({ measures: kept }))).measures.find(
    ({ name }) => name === 'peak lag',
  )
  assert.equal(lag?.difference, 'not measured in the second')
  assert.match(shown(cells([1, 2, bound]), cells([5, 6])), /1\.50 \(1\.00 to 2\.00\), 1 of 3 void/)
})

test('a lower bound is never reported as lower', () => {
  const open = (value: number) => ({ value, atLeast: true })
  assert.deepEqual(differencesOf([open(10), 11], [50, 60]), ['unknown: the lower is only "at least"'])
  assert.deepEqual(differencesOf([50, 60], [open(10), 11]), ['unknown: the lower is only "at least"'])
  assert.deepEqual(differencesOf([10, 10], [50, open(50)]), ['higher, at least ×5.00'])
  assert.deepEqual(differencesOf([open(50), 50], [10, 10]), ['lower, at most ×0.20'])
})

test('measures in two units are not compared', () => {
  assert.deepEqual(
    differencesOf(
      [1, 2],
      [
        { value: 3, unit: 's' },
        { value: 4, unit: 's' },
      ],
    ),
    ['not comparable: in ms and in s'],
  )
})

test('the columns of the tables are compared, and with --all everything', () => {
  const run = runOf(result({ columns: ['peak lag'] }))
  const names = (all: boolean) => [...new Set(diffOf(run, run, all).measures.map(({ name }) => name))]
  assert.deepEqual(names(false), ['peak lag'])
  assert.deepEqual(names(true), ['accepted p50', 'accepted max', 'peak lag'])
})
