// The runtime of containers on a real engine: its generator beside the services, and its end.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { History } from '#engine/run/history.ts'
import { readHistoryFile } from '#engine/run/history-file.ts'
import { historyFile } from '#engine/run/result.ts'
import { waitFor } from '#host/wait-for.ts'
import { parseSummary } from '../../lab/session/run-folder.ts'
import { type Cli, leftovers, startCli, testFolder, type TestFolder } from '../../lab/testing/cli.ts'

// An image may have to be built first.
const PATIENCE_MS = 400_000

function start(t: TestContext, folder: TestFolder, environment: NodeJS.ProcessEnv = {}): Cli {
  const args = ['run', 'sync-rest/baseline-latency', '--profile', 'quick', '--runtime', 'compose', '--out', folder.runs]
  const lab = startCli('main', args, { LAB_CACHE_DIR: folder.cache, ...environment })
  t.after(() => lab.process.kill('SIGKILL'))
  return lab
}

const idIn = (folder: TestFolder): string =>
  readdirSync(folder.runs).find(name => /^\d/.test(name)) ?? assert.fail('there is no run yet')

/** Names of the containers, volumes and networks of a run. */
function thingsOf(id: string): string[] {
  const list = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' }).split('\n')
  const names = '{{.Names}}'
  const all = [list('ps', '-a', '--format', names), list('volume', 'ls', '-q'), list('network', 'ls')]
  return all.flat().filter(line => line.includes(`lab-${id}`))
}

const gone = (id: string) =>
  waitFor(() => thingsOf(id).length === 0, { deadlineMs: 60_000, everyMs: 500, what: `all of run ${id} to be gone` })

test('a load from beside the services is judged and measured as one from here', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const lab = start(t, folder, { LAB_GENERATOR: 'container' })
  await lab.untilPrinted('orders sent', PATIENCE_MS)
  const id = idIn(folder)
  assert.equal(await lab.ended, 0, lab.stdout() + lab.stderr())
  const run = join(folder.runs, id)
  const summary = parseSummary(readFileSync(join(run, 'summary.json'), 'utf8'), 'summary.json')
  assert.equal(summary.runtime, 'compose')
  const kept = await readHistoryFile(historyFile(join(run, 'sync-rest/baseline-latency'), 'steady'))
  const { generator, clocksAgree, attempts, planned } = kept as History
  assert.deepEqual([generator.origin, clocksAgree, attempts.length], ['container', true, planned.length])
  const log = join(run, 'sync-rest/baseline-latency/logs/steady/order_service.log')
  assert.match(readFileSync(log, 'utf8'), /listening/)
  assert.deepEqual([thingsOf(id), leftovers(folder)], [[], []])
})

test('Ctrl-C in the middle leaves no container, volume or network', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const lab = start(t, folder)
  await lab.untilPrinted('orders sent', PATIENCE_MS)
  const id = idIn(folder)
  assert.ok(thingsOf(id).length >= 7)
  lab.process.kill('SIGINT')
  assert.equal(await lab.ended, 130, lab.stderr())
  assert.deepEqual([thingsOf(id), leftovers(folder)], [[], []])
})

test('SIGKILL of the lab leaves no container, volume or network', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const lab = start(t, folder)
  await lab.untilPrinted('orders sent', PATIENCE_MS)
  const id = idIn(folder)
  lab.process.kill('SIGKILL')
  await lab.ended
  await gone(id)
})
