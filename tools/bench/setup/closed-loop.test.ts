import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBareChain } from './chain.ts'
import { completedPerSecond } from './closed-loop.ts'

test('a closed loop counts what its target completed in a second', async t => {
  const ends = new AsyncDisposableStack()
  t.after(() => ends.disposeAsync())
  const chain = await startBareChain(ends)
  const rate = await completedPerSecond({ url: chain.url, runId: 'closed-loop-test', seconds: 0.5 }, t.signal)
  assert.ok(rate > 1, String(rate))
})

test('a closed loop on a target that completes nothing gives no rate', async t => {
  const ends = new AsyncDisposableStack()
  const gone = await startBareChain(ends)
  await ends.disposeAsync()
  const rate = completedPerSecond({ url: gone.url, runId: 'closed-loop-test', seconds: 0.2 }, t.signal)
  await assert.rejects(rate, /^Error: \d+ orders were not taken .*, and 0 were\.$/)
})
