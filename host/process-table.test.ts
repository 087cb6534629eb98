import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { familyOf, mainThreadSeconds, type ProcessRow, readProcesses } from './process-table.ts'

const BURN = `const burn = () => { while (process.cpuUsage().user < 3e5); return process.cpuUsage() }`
const SAY = `process.stdin.on('data', () => console.log(JSON.stringify(process.cpuUsage())))`

/** Runs a script; `next` is the next line that it says, in seconds of CPU. */
function start(t: TestContext, script: string) {
  const child = spawn(process.execPath, ['-e', script])
  t.after(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<number> => {
    const { user, system } = JSON.parse(String((await lines.next()).value)) as NodeJS.CpuUsage
    return (user + system) / 1e6
  }
  const row = () => readProcesses()?.get(child.pid ?? 0) ?? assert.fail('it is not in /proc')
  return { child, next, row }
}

/** Two figures of whole ticks. */
const TICKS = 0.02

test('CPU time is what the process itself says that it has used', async t => {
  const { child, next, row } = start(t, `${BURN}; console.log(JSON.stringify(burn())); ${SAY}`)
  const before = await next()
  const { cpuSeconds } = row()
  child.stdin.write('again')
  const after = await next()
  assert.ok(before >= 0.3)
  assert.ok(before - TICKS <= cpuSeconds && cpuSeconds <= after + TICKS, `${before}, ${cpuSeconds}, ${after}`)
})

test('the CPU time of the main thread is that of the process without its other threads', async t => {
  const burner = JSON.stringify('while (process.threadCpuUsage().user < 3e5);')
  const worker = `new (require('node:worker_threads').Worker)(${burner}, { eval: true })`
  const { child, next, row } = start(
    t,
    `${worker}.once('exit', () => console.log(JSON.stringify(process.cpuUsage()))); ${SAY}`,
  )
  await next()
  const ofMainThread = mainThreadSeconds(child.pid ?? 0) ?? assert.fail('it cannot be read')
  const { cpuSeconds } = row()
  assert.ok(ofMainThread > 0)
  assert.ok(ofMainThread + 0.3 - TICKS <= cpuSeconds, `${ofMainThread}, ${cpuSeconds}`)
})

test('what a child has used stays counted when it has ended', async t => {
  const burner = JSON.stringify(`${BURN}; console.log(JSON.stringify(burn()))`)
  const run = `require('node:child_process').spawnSync(process.execPath, ['-e', ${burner}]).stdout.toString().trim()`
  const { child, next, row } = start(t, `console.log(${run}); ${SAY}`)
  const ofChild = await next()
  const { cpuSeconds } = row()
  child.stdin.write('again')
  const own = await next()
  assert.ok(ofChild >= 0.3)
  assert.ok(cpuSeconds >= ofChild - TICKS, `${cpuSeconds} with the child's ${ofChild}`)
  assert.ok(own < ofChild, 'the parent alone has used less')
})

test('a family is a process, its group, and all that descends from either', () => {
  const row = (pid: number, parent: number, group: number): ProcessRow => {
    return { pid, parent, group, startTicks: 0, cpuSeconds: 0, residentBytes: 0 }
  }
  const rows = [
    row(1, 0, 1),
    row(10, 1, 10),
    row(11, 10, 10),
    row(12, 11, 12),
    // Its parent has ended.
    row(13, 1, 10),
    row(14, 13, 14),
    row(20, 1, 20),
    row(21, 20, 20),
  ]
  const family = (root: number) => familyOf(new Map(rows.map(each => [each.pid, each])), root).map(({ pid }) => pid)
  assert.deepEqual(family(10), [10, 11, 12, 13, 14])
  assert.deepEqual(family(20), [20, 21])
  assert.deepEqual(family(30), [], 'there is no such process')
})
