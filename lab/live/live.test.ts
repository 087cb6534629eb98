// `lab live` from its command line, where nothing is judged.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { isRunning } from '#host/process-table.ts'
import { waitFor } from '#host/wait-for.ts'
import { runCommandLines, testFolder } from '../testing/cli.ts'
import { openLive } from '../testing/live-lab.ts'

const gone = (pids: readonly number[]) =>
  waitFor(() => !pids.some(isRunning), { deadlineMs: 30_000, what: `processes ${pids.join(', ')} to end` })

test('a lane begins again on empty stores, in another configuration', async t => {
  const { lab } = await openLive(t)
  await lab.until('orders to be sent', ({ counters }) => counters.sent > 10)
  const refused = await lab.post('restart', { model: 'sync-rest', configuration: 'with wings' })
  assert.equal(refused.status, 400)
  assert.match(JSON.stringify(refused.body), /it has: as it stands, with an outbox/)
  await lab.post('restart', { model: 'sync-rest', configuration: 'with an outbox' })
  await lab.until('the second round', ({ round, counters: { sent } }) => round === 2 && sent > 0)
  lab.process.kill('SIGINT')
  assert.equal(await lab.ended, 0)
  assert.match(lab.stdout(), /Nothing was judged\./)
})

test('a lab that is killed leaves no process', async t => {
  const { lab } = await openLive(t)
  await lab.until('orders to be sent', ({ counters }) => counters.sent > 10)
  const services = lab.children()
  assert.equal(services.length, 3)
  lab.process.kill('SIGKILL')
  await gone(services)
})

test('a model, rate, port or script that cannot be is refused in one sentence with exit code 2', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const refused: [string[], RegExp][] = [
    [['live', 'sync-rset'], /sync-rest/],
    [['live', '--rate', 'many'], /--rate/],
    [['live', '--port', '99999'], /--port/],
    [['run', '--script', join(folder.path, 'none.json')], /none\.json is not a script/],
    [['run', '--script', 'package.json'], /package\.json is not a script/],
    [['run'], /Name an experiment/],
  ]
  const ran = await runCommandLines(refused.map(([args]) => args))
  for (const [nth, [args, message]] of refused.entries()) {
    const { code, stderr } = ran[nth] ?? assert.fail()
    assert.equal(code, 2, args.join(' '))
    assert.match(stderr, message)
    assert.equal(stderr.trim().split('\n').length, 1, stderr)
  }
})
