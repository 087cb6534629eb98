import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { summaryOf } from '../publish/output-paths.ts'
import type { TracedOrders } from '../report/order-timelines.ts'
import { findHistory } from './histories.ts'
import { findRun, ROOT } from './run-folder.ts'
import { traced } from './traced.ts'

const PUBLISHED = join(ROOT, dirname(summaryOf('sync-rest')))

/** A copy of published results. */
function copyOf(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-traced-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(PUBLISHED, folder, { recursive: true })
  return findRun(folder)
}

test('the orders of an experiment, which no summary holds, come from its histories, each with its timeline', async () => {
  const { summary, folder } = findRun(PUBLISHED)
  const { summary: shown, unread } = await traced(summary, folder)
  assert.deepEqual(unread, [])
  assert.ok(shown.results.some(({ orders = [] }) => orders.some(({ points }) => points)))
  for (const { variants, orders = [] } of shown.results) {
    assert.equal(orders.length, variants.length)
    // Of more orders than a picture shows one by one there are no timelines.
    for (const { points, timelines } of orders as TracedOrders[])
      assert.equal(timelines?.requested.length, points?.length)
  }
})

test('a history that is missing or unreadable leaves its result as it is, and the latter is said', async t => {
  const { summary, folder } = copyOf(t)
  const [{ model, experiment, variants } = assert.fail()] = summary.results.filter(each => each.variants.length > 1)
  const [one, other] = variants.map(
    ({ name }) => findHistory(folder, { model, experiment, variant: name }) ?? assert.fail(),
  )
  rmSync(one ?? assert.fail())
  writeFileSync(other ?? assert.fail(), 'no history')
  const { summary: shown, unread } = await traced(summary, folder)
  const result = shown.results.find(each => each.experiment === experiment)
  assert.equal(result?.orders?.length, variants.length - 2)
  assert.equal(unread.length, 1)
  assert.match(unread[0] ?? '', /is not a readable history/)
})
