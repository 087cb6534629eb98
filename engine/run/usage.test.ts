import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { syncAway } from '#host/block-device.ts'
import { openUsageWindow, readUsage } from './usage.ts'
import { historyOf, type SampleTimeline, served } from '../testing/sample-timelines.ts'
import type { Host } from '../experiment/runtime.ts'
import type { Progress } from '../experiment/steps.ts'

const BYTES = 32 * 2 ** 20

/** Writes a new file at each line that it reads, and syncs it when the line says so. */
const WRITER = `
const { openSync, writeSync, fsyncSync, closeSync, rmSync } = require('node:fs')
const file = process.argv[1] + '/file'
require('node:readline').createInterface({ input: process.stdin }).on('line', line => {
  rmSync(file, { force: true })
  const to = openSync(file, 'w')
  writeSync(to, Buffer.alloc(${BYTES}, 'x'))
  if (line === 'sync') fsyncSync(to)
  closeSync(to)
  console.log('written')
})
console.log('ready')
`

async function startWriter(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'usage-'))
  const child = spawn(process.execPath, ['-e', WRITER, folder])
  t.after(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  await lines.next()
  const processes = () => [{ name: 'writer', kind: 'service' as const, pids: [child.pid ?? 0] }]
  const read = () => readUsage({ dataFolder: folder, processes }) ?? assert.fail('there is no /proc')
  /** Bytes that the writer sent towards its disk and that the disk wrote; undefined where no disk is known. */
  const write = async (how: 'sync' | 'leave') => {
    await syncAway(folder, AbortSignal.timeout(120_000))
    const before = read()
    child.stdin.write(`${how}\n`)
    await lines.next()
    const after = read()
    const sent = (after.uses[0]?.use?.writtenBytes ?? NaN) - (before.uses[0]?.use?.writtenBytes ?? NaN)
    return after.device && before.device
      ? { sent, onDisk: after.device.writtenBytes - before.device.writtenBytes }
      : undefined
  }
  return { child, read, write }
}

test('what a process writes is counted as sent; only what it syncs is on the disk by then', async t => {
  const { write } = await startWriter(t)
  const synced = await write('sync')
  if (!synced) return t.diagnostic(`No disk that counts holds ${tmpdir()}: nothing is judged here.`)
  assert.ok(synced.sent >= BYTES && synced.sent < 1.5 * BYTES, String(synced.sent))
  assert.ok(synced.onDisk >= BYTES, String(synced.onDisk))
  // Others write to the same disk, but not so much in each of these moments.
  const left = async () => {
    const { sent, onDisk } = (await write('leave')) ?? assert.fail('the disk is gone')
    assert.ok(sent >= BYTES && sent < 1.5 * BYTES, String(sent))
    return onDisk < BYTES / 2
  }
  await waitFor(left, { deadlineMs: 120_000, what: 'a file that is not synced to stay in memory' })
})

test('a process is read with its memory, and is null when it has ended', async t => {
  const { child, read } = await startWriter(t)
  const use = read().uses[0]?.use
  assert.ok((use?.memoryBytes ?? 0) > 10e6, 'a process of Node holds more')
  assert.ok((use?.cpuSeconds ?? 0) > 0)
  assert.equal(read().uses[0]?.use?.began, use?.began)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.deepEqual(read().uses, [{ name: 'writer', kind: 'service', use: null }])
})

test('all processes of a service or broker are read as one; one that is missing makes it null', t => {
  const others = [0, 1].map(() => spawn(process.execPath, ['-e', 'process.stdin.resume()']))
  t.after(() => others.forEach(child => child.kill('SIGKILL')))
  const pids = others.map(({ pid }) => pid ?? 0)
  const read = (...leaders: number[]) => {
    const processes = () => [{ name: 'broker', kind: 'broker' as const, pids: leaders }]
    return readUsage({ dataFolder: tmpdir(), processes })?.uses[0]?.use
  }
  assert.match(read(...pids)?.began ?? '', new RegExp(`^${pids[0]}@\\d+ ${pids[1]}@\\d+$`))
  assert.equal(read(...pids, 2 ** 30), null)
  assert.equal(read(), null)
})

const host: Host = {
  dataFolder: tmpdir(),
  processes: () => [{ name: 'all', kind: 'service', pids: [process.pid] }],
}

const view = (decided: number, notified: number): Progress => {
  const nothing = { elapsedMs: 0, loadDone: true, started: 0, deadLetters: 0, depths: {} }
  return { ...nothing, decided, notified, running: () => true, deaths: () => 0 }
}

type Own = { quiescenceMs?: number; until?(view: Progress): boolean; host?: Host; unprepared?: boolean }

/** A window over a load of three orders, one of them refused; `views` is what probes see from its end on, the last for ever. */
async function ended(views: Progress[], own: Own = {}) {
  let seen = 0
  const window = openUsageWindow({
    variant: { measuresUsage: true, quiescenceMs: own.quiescenceMs ?? 60_000, completeWhen: own.until },
    runtime: { host: 'host' in own ? own.host : host },
    probe: async () => views[Math.min(seen++, views.length - 1)] ?? assert.fail('nothing to see'),
    signal: new AbortController().signal,
  })
  if (!own.unprepared) await window.prepare()
  await window.begin(0)
  const refused: SampleTimeline = { atMs: 0, answer: '503 inventory-unavailable', answeredMs: 1 }
  const usage = await window.end(historyOf([served(0, 5), served(1, 5), refused]).attempts)
  return { usage: usage ?? assert.fail('usage was to be measured'), seen }
}

test('the window ends when the accepted orders are decided, and a second probe finds no more notified', async () => {
  const { usage, seen } = await ended([view(1, 0), view(1, 0), view(2, 1), view(2, 2), view(2, 2), view(3, 3)])
  assert.equal(seen, 5)
  assert.ok('before' in usage)
  assert.ok(usage.before.atNs <= usage.after.atNs)
  assert.equal(usage.before.uses[0]?.use?.began, usage.after.uses[0]?.use?.began)
})

test('the window lasts until what the variant waits for has come', async () => {
  let calls = 0
  const { seen } = await ended([view(2, 2)], { until: () => ++calls === 3 })
  assert.deepEqual([calls, seen], [3, 4])
})

test('usage is unknown when orders are still undecided at the deadline', async () => {
  const { usage } = await ended([view(1, 1)], { quiescenceMs: 1 })
  assert.deepEqual(usage, { unknown: 'not every order was decided in time' })
})

test('usage is unknown where services are no processes of this machine', async () => {
  const { usage, seen } = await ended([view(2, 2)], { host: undefined })
  assert.deepEqual([usage, seen], [{ unknown: 'not measured in containers' }, 0])
})

test('a disk whose earlier work was not synced away says nothing', async () => {
  const { usage } = await ended([view(2, 2)], { unprepared: true })
  assert.ok('before' in usage)
  assert.equal(usage.before.device, null)
})

test('a folder that cannot be synced stops nothing', async () => {
  const { usage } = await ended([view(2, 2)], { host: { ...host, dataFolder: '/nothing/here' } })
  assert.ok('before' in usage)
  assert.deepEqual([usage.before.device, usage.after.device], [null, null])
})
