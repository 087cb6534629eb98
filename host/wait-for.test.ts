import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from './wait-for.ts'

test('the value that became true is returned', async () => {
  let probes = 0
  const value = await waitFor(() => (++probes === 3 ? 'there' : ''), { deadlineMs: 1000, everyMs: 1, what: 'it' })
  assert.equal(value, 'there')
  assert.equal(probes, 3)
})

test('at the deadline the error names what was awaited', async () => {
  const wait = waitFor(() => false, { deadlineMs: 5, everyMs: 1, what: 'the queue to be empty' })
  await assert.rejects(wait, /^Error: Timed out after 5 ms waiting for the queue to be empty\.$/)
})

test('an aborted signal ends the wait', async () => {
  const wait = waitFor(() => false, { deadlineMs: 60_000, what: 'nothing', signal: AbortSignal.abort() })
  await assert.rejects(wait, { name: 'AbortError' })
})
