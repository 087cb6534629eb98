import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { holdToShare } from './duty-cycle.ts'

const SHARE = 0.25

async function spinning(t: TestContext): Promise<number> {
  const child = spawn(process.execPath, ['-e', `console.log('up'); for (;;);`])
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child.pid ?? assert.fail('it was not started')
}

/** T is stopped. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const isStopped = (pid: number): boolean => / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

test('a process that is held to a share is stopped again and again, and runs when the hold has ended', async t => {
  const pid = await spinning(t)
  assert.equal(isStopped(pid), false)
  const end = holdToShare({ targets: [pid], share: SHARE, periodMs: 20 })
  t.after(end)
  for (const stopped of [true, false, true, false, true])
    await waitFor(() => isStopped(pid) === stopped, {
      deadlineMs: 20_000,
      everyMs: 1,
      what: `it to be ${stopped ? 'stopped' : 'continued'}`,
    })
  await end()
  assert.equal(isStopped(pid), false)
})

test('a hold whose process has ended ends without an error', async t => {
  const child = spawn(process.execPath, ['-e', 'for (;;);'])
  t.after(() => child.kill('SIGKILL'))
  const pid = child.pid ?? assert.fail('it was not started')
  const end = holdToShare({ targets: [pid], share: SHARE, periodMs: 20 })
  child.kill('SIGKILL')
  await once(child, 'exit')
  await end()
})
