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
import { readUsage } from './usage.ts'

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
