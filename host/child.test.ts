import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startChild } from './child.ts'
import { isRunning } from './process-table.ts'
import { waitFor } from './wait-for.ts'

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'child-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const gone = (pid: number) => waitFor(() => !isRunning(pid), { deadlineMs: 30_000, everyMs: 5, what: `${pid} to end` })

async function numbersIn(file: string, count: number): Promise<number[]> {
  const read = () => {
    const found = readFileSync(file, 'utf8').match(/\d+/g) ?? []
    return found.length >= count && found.map(Number)
  }
  return waitFor(read, { deadlineMs: 30_000, everyMs: 5, what: `${count} pids in ${file}` })
}

test('the pid is that of the command, and its output, environment and folder arrive', async t => {
  const folder = temporaryFolder(t)
  const stdoutFile = join(folder, 'out')
  const script = 'echo $$ $NAME; pwd; cat; echo end of an empty input'
  const env = { PATH: process.env.PATH, NAME: 'a b' }
  const child = startChild({ command: 'sh', args: ['-c', script], env, cwd: folder, stdoutFile })
  assert.deepEqual(await child.exited, { code: 0, signal: null })
  assert.equal(readFileSync(stdoutFile, 'utf8'), `${child.pid} a b\n${folder}\nend of an empty input\n`)
  assert.equal(child.running, false)
})

test('a command that does not exist is an exit with 127', async () => {
  const child = startChild({ command: 'no-such-command-here', args: [] })
  assert.deepEqual(await child.exited, { code: 127, signal: null })
})

test('a folder that does not exist is refused in one sentence', () => {
  assert.throws(() => startChild({ command: 'true', args: [], cwd: '/no/such/folder' }), /folder .* does not exist\.$/)
})

test('SIGKILL ends the group, grandchildren too', async t => {
  const stdoutFile = join(temporaryFolder(t), 'out')
  const child = startChild({ command: 'sh', args: ['-c', 'sleep 300 & echo $!; wait'], stdoutFile })
  const [grandchild = 0] = await numbersIn(stdoutFile, 1)
  child.kill()
  assert.deepEqual(await child.exited, { code: null, signal: 'SIGKILL' })
  await gone(grandchild)
})

test('what a command leaves behind in its group ends with it', async t => {
  const stdoutFile = join(temporaryFolder(t), 'out')
  const child = startChild({ command: 'sh', args: ['-c', 'sleep 300 & echo $!'], stdoutFile })
  await child.exited
  const [grandchild = 0] = await numbersIn(stdoutFile, 1)
  await gone(grandchild)
})

test('stop asks first, also a paused one, and kills after the grace', async t => {
  const stdoutFile = join(temporaryFolder(t), 'out')
  const polite = startChild({ command: 'sleep', args: ['300'] })
  polite.kill('SIGSTOP')
  await polite.stop(10_000)
  assert.equal((await polite.exited).signal, 'SIGTERM')

  const deaf = startChild({ command: 'sh', args: ['-c', 'trap "" TERM; echo 1; sleep 300'], stdoutFile })
  await numbersIn(stdoutFile, 1)
  await deaf.stop(20)
  assert.equal((await deaf.exited).signal, 'SIGKILL')
})

test('a lab that is killed leaves nothing, not even what was stopped or ignores signals', async t => {
  const folder = temporaryFolder(t)
  const module = join(import.meta.dirname, 'child.ts')
  const owner = `
    import { startChild } from ${JSON.stringify(module)}
    const script = 'trap "" TERM INT HUP; sleep 300 & echo $$ $!; wait'
    const children = ['a', 'b'].map(name =>
      startChild({ command: 'sh', args: ['-c', script], stdoutFile: ${JSON.stringify(folder)} + '/' + name }))
    process.on('SIGUSR1', () => { children[0].kill('SIGSTOP'); console.log('stopped') })
    console.log('ready')`
  const lab = spawn(process.execPath, ['--input-type=module', '-e', owner], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => lab.kill('SIGKILL'))
  await once(lab.stdout, 'data')
  const pids = [...(await numbersIn(join(folder, 'a'), 2)), ...(await numbersIn(join(folder, 'b'), 2))]
  lab.kill('SIGUSR1')
  await once(lab.stdout, 'data')
  assert.ok(pids.every(isRunning))
  lab.kill('SIGKILL')
  for (const pid of pids) await gone(pid)
})
