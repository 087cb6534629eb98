import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Result } from '#engine/run/summary.ts'
import { sampleCell, sampleComparisonOf } from '../testing/sample-result.ts'
import { outboxGrid } from './outbox.ts'

const SHARE = 'during: known in the end'

const cell = (model: string, scenario: string, shares: Record<string, number>) =>
  sampleCell(
    model,
    scenario,
    1,
    Object.fromEntries(Object.entries(shares).map(([variant, share]) => [variant, { [SHARE]: share }])),
  )

function gridOf(results: Result[]) {
  const summary = sampleComparisonOf(results)
  const about = ['broker-dead', 'burst'].map(name => ({ name, title: name, asks: '', without: {} }))
  return outboxGrid({ ...summary, comparison: { ...(summary.comparison ?? assert.fail()), about } })
}

test('a fault under which a model was run with and without an outbox has a column for each, with verdicts beside the shares', () => {
  const grid = gridOf([
    cell('one', 'broker-dead', { 'as it stands': 0, 'with an outbox': 100 }),
    cell('other', 'broker-dead', { 'with its outbox': 99, 'without an outbox': 1, tuned: 50 }),
    cell('one', 'burst', { plain: 100 }),
    cell('other', 'burst', { 'with its outbox': 100 }),
  ])
  assert.deepEqual(
    grid?.heads.map(({ name }) => name),
    ['broker-dead: without an outbox', 'with it'],
  )
  assert.deepEqual(
    grid?.rows.map(({ name, cells }) => [name, ...cells]),
    [
      ['one', '✔ 0', '✔ 100'],
      ['other', '✔ 1', '✔ 99'],
    ],
  )
})

test('settings as shipped are no question of the outbox', () => {
  const grid = gridOf([
    cell('one', 'broker-dead', { 'with its outbox': 1, 'with its outbox, as shipped': 2 }),
    cell('other', 'broker-dead', { synced: 3, 'as shipped': 4 }),
  ])
  assert.equal(grid, undefined)
})

test('there is no grid where no model was run both ways', () => {
  assert.equal(gridOf([cell('one', 'broker-dead', { 'with an outbox': 100 })]), undefined)
})
