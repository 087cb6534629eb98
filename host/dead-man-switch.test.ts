import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { armDeadManSwitch } from './dead-man-switch.ts'
import { waitFor } from './wait-for.ts'

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'dead-man-switch-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const appears = (file: string) =>
  waitFor(() => existsSync(file), { deadlineMs: 30_000, everyMs: 5, what: `${file} to appear` })

/** A process that makes wills to touch the files, cancels the one to `cancelled`, and does `then`. */
async function labWithWills(t: TestContext, files: string[], then: string, cancelled?: string) {
  const script = `
    import { armDeadManSwitch } from ${JSON.stringify(join(import.meta.dirname, 'dead-man-switch.ts'))}
    for (const file of ${JSON.stringify(files)}) {
      const will = armDeadManSwitch({ command: 'touch', args: [file] })
      if (file === ${JSON.stringify(cancelled)}) await will.cancel()
    }
    console.log('ready')
    ${then}`
  const lab = spawn(process.execPath, ['--input-type=module', '-e', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => lab.kill('SIGKILL'))
  await once(lab.stdout, 'data')
  assert.ok(lab.pid)
  return lab.pid
}

const STAY = 'setInterval(() => {}, 1e6)'

test('when the lab is killed the command runs, and one that was cancelled does not', async t => {
  const folder = temporaryFolder(t)
  const [cancelled = '', kept = ''] = ['cancelled', 'kept'].map(name => join(folder, name))
  const lab = await labWithWills(t, [cancelled, kept], STAY, cancelled)
  assert.equal(existsSync(kept), false)
  process.kill(lab, 'SIGKILL')
  await appears(kept)
  assert.equal(existsSync(cancelled), false)
})

test('signals to the whole group of the lab do not take the will with it', async t => {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const file = join(temporaryFolder(t), signal)
    const lab = await labWithWills(t, [file], STAY)
    process.kill(-lab, signal)
    await appears(file)
  }
})

test('a will holds no lab back, and runs also when the lab just ends', async t => {
  const file = join(temporaryFolder(t), 'ended')
  await labWithWills(t, [file], '')
  await appears(file)
})

test('cancelling twice is cancelling, and so is cancelling in the same breath as making', async t => {
  const file = join(temporaryFolder(t), 'never')
  const will = armDeadManSwitch({ command: 'touch', args: [file] })
  await Promise.all([will.cancel(), will.cancel()])
  assert.equal(existsSync(file), false)
})
