import assert from 'node:assert/strict'
import { test } from 'node:test'
import { healthy, made, MODELS } from '../testing/sample-result.ts'
import { halves, narrativeOf } from './narrative.ts'
import { configurationsOf } from './repeated-measures.ts'

test('half of the orders of each rate are told as the tables tell them: as the median of the repetitions', () => {
  const results = [...healthy('one', [1, 3, 2]), ...healthy('other', [40, 50, 60])]
  for (const { measures } of results) measures.push({ variant: 'plain', name: 'completed p50', unit: 'ms', value: 7 })
  assert.deepEqual(halves(MODELS, results), [
    'At 50 orders a second half of the clients had their answer, and half of the orders were completed, within: one 2.00 ms and 7.00 ms; other 50 ms and 7.00 ms.',
  ])
})

test('what is told of the heal is told of the orders that were asked while the fault lasted', () => {
  const of = (afterMs: number | null) =>
    narrativeOf(
      configurationsOf(
        [made('one', 'burst', 1, { plain: { 'completed ÷ requested': 50, 'time to full recovery': afterMs } })],
        MODELS,
      ),
    )[0]
  assert.match(of(0) ?? '', /^Completed in the end: 50\.0 ms in one \(all of those asked while it lasted by the heal\)/)
  assert.match(of(1_300) ?? '', /\(the last of those asked while it lasted 1\.30 s after the heal\)/)
})
