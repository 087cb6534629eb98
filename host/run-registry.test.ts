import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { dataRoot } from './folders.ts'
import { otherRuns, type RunRecord, registerRun, sweepDeadRuns } from './run-registry.ts'
import { testCache } from './testing/test-cache.ts'

const cache = testCache()

/** Registers `run` in a process of its own. */
async function registerElsewhere(t: TestContext, run: RunRecord): Promise<ChildProcess> {
  const script = `
    import { registerRun } from ${JSON.stringify(join(import.meta.dirname, 'run-registry.ts'))}
    registerRun(${JSON.stringify(run)})
    console.log('registered')
    setInterval(() => {}, 1e6)`
  const lab = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => lab.kill('SIGKILL'))
  await once(lab.stdout, 'data')
  return lab
}

/** And kills that process. */
async function leaveDeadRun(t: TestContext, run: RunRecord): Promise<void> {
  const lab = await registerElsewhere(t, run)
  lab.kill('SIGKILL')
  await once(lab, 'exit')
}

function folderWithFile(parent: string, name: string): string {
  const folder = join(parent, name)
  mkdirSync(join(folder, 'inner'), { recursive: true })
  return folder
}

test('a run whose owner is alive is left alone', async () => {
  const folder = folderWithFile(dataRoot(), 'alive')
  const registration = registerRun({ directories: [folder], prefix: 'alive', addresses: {} })
  assert.deepEqual(await sweepDeadRuns(() => assert.fail('nothing to remove')), [])
  assert.ok(existsSync(folder))
  registration.unregister()
  assert.deepEqual(readdirSync(join(cache, 'live')), [])
})

test('other runs are those of living processes, and not of this one', async t => {
  const run = { directories: [], prefix: 'other', addresses: {} }
  const own = registerRun(run)
  t.after(own.unregister)
  assert.deepEqual(otherRuns(), [])
  const other = await registerElsewhere(t, run)
  assert.deepEqual(otherRuns(), [other.pid])
  other.kill('SIGKILL')
  await once(other, 'exit')
  assert.deepEqual(otherRuns(), [])
  await sweepDeadRuns(async () => {})
})

test('what a dead run left is deleted, and its remote leftovers are handed over', async t => {
  const folder = folderWithFile(dataRoot(), 'dead')
  const addresses = { rabbitmq: 'amqp://127.0.0.1' }
  const run = { directories: [folder], prefix: 'dead-1', addresses, projects: ['lab-dead-1'] }
  await leaveDeadRun(t, run)
  const removed: RunRecord[] = []
  const swept = await sweepDeadRuns(async found => void removed.push(found))
  assert.deepEqual(removed, [run])
  assert.deepEqual(
    swept.map(({ problem }) => problem),
    [undefined],
  )
  assert.equal(existsSync(folder), false)
  assert.deepEqual(await sweepDeadRuns(() => assert.fail('swept already')), [])
})

test('a record stays until its remote leftovers are gone', async t => {
  await leaveDeadRun(t, { directories: [], prefix: 'dead-2', addresses: {} })
  const [failed] = await sweepDeadRuns(() => Promise.reject(new Error('The broker is away.')))
  assert.equal(failed?.problem, 'The broker is away.')
  const [done] = await sweepDeadRuns(async () => {})
  assert.equal(done?.id, failed?.id)
  assert.equal(done?.problem, undefined)
})

test('a folder outside of the data root is never deleted', async t => {
  const precious = folderWithFile(cache, 'precious')
  for (const directory of [precious, dataRoot(), join(dataRoot(), '..', 'precious')]) {
    await leaveDeadRun(t, { directories: [directory], prefix: 'p', addresses: {} })
  }
  const swept = await sweepDeadRuns(async () => {})
  assert.equal(swept.length, 3)
  for (const { problem } of swept) assert.match(problem ?? '', /outside of/)
  assert.ok(existsSync(precious) && existsSync(dataRoot()))
})
