import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { withLock } from './file-lock.ts'
import { testCache } from './testing/test-cache.ts'

testCache()

test('work under one name is done by one at a time, also when it fails', async () => {
  let inside = 0
  const work = async (): Promise<void> => {
    assert.equal(++inside, 1)
    await new Promise(setImmediate)
    inside--
    throw new Error('done')
  }
  const results = await Promise.allSettled([1, 2, 3].map(() => withLock('one', work)))
  for (const result of results) assert.equal(result.status === 'rejected' && result.reason.message, 'done')
})

test('a holder keeps others out up to their deadline, and gives the lock back by dying', async t => {
  const script = `
    import { withLock } from ${JSON.stringify(join(import.meta.dirname, 'file-lock.ts'))}
    await withLock('held', async () => {
      console.log('held')
      await new Promise(() => setInterval(() => {}, 1e6))
    })`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  let waited = 0
  const options = { deadlineMs: 30, onWait: () => waited++ }
  await assert.rejects(withLock('held', assert.fail, options), /waiting for another lab to finish with "held"/)
  assert.equal(waited, 1)
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  assert.equal(await withLock('held', () => 'mine'), 'mine')
})
