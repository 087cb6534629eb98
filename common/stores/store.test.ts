import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { LabError } from '../contracts/errors.ts'
import { openDatabase, openStore } from './store.ts'
import { notificationsTables } from './notifications.ts'

function tempFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-store-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A process that appends notifications without a pause and prints each that was acknowledged. It ends with this one. */
const WRITER = `
import { openStore } from ${JSON.stringify(import.meta.resolve('./store.ts'))}
import { notificationsTables } from ${JSON.stringify(import.meta.resolve('./notifications.ts'))}
process.stdin.on('end', () => process.exit()).resume()
const [folder, from] = process.argv.slice(1)
const store = openStore(folder, 'words', notificationsTables)
let next = Number(from)
async function write() {
  for (;;) {
    const orderId = String(next++)
    await store.transact(tx => tx.append({ orderId, userId: 'ada' }))
    process.stdout.write(orderId + '\\n')
  }
}
for (let writers = 0; writers < 8; writers++) void write()`

const runScript = (script: string, ...args: string[]) =>
  spawn(process.execPath, ['--input-type=module', '-e', script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })

const isUnavailable = (pattern: RegExp) => (error: unknown) =>
  error instanceof LabError &&
  error.code === 'unavailable' &&
  pattern.test(error.detail) &&
  !error.detail.includes('\n')

test('an acknowledged transaction is there after each SIGKILL, and none in part', async t => {
  const folder = tempFolder(t)
  const acknowledged = new Set<string>()
  for (let start = 0; start < 5; start++) {
    const writer = runScript(WRITER, folder, String(start * 1_000_000))
    const lines = createInterface(writer.stdout)
    let read = 0
    // What is still in the pipe was acknowledged too, so it is read to the end.
    for await (const line of lines) {
      acknowledged.add(line)
      if (++read === 20 + start * 13) writer.kill('SIGKILL')
    }
    const store = openStore(folder, 'words', notificationsTables)
    const { rows } = store.peek.pageNotifications(0, 1_000)
    const kept = new Set(rows.map(({ orderId }) => orderId))
    assert.equal(kept.size, rows.length)
    assert.deepEqual(
      [...acknowledged].filter(orderId => !kept.has(orderId)),
      [],
    )
    assert.ok([...kept].every(orderId => store.peek.wasSent(orderId)))
    store.close()
  }
})

/** A process that has the store open and does nothing with it; what nobody refers to would be collected, and closed. */
const HOLDER = `
import { openDatabase } from ${JSON.stringify(import.meta.resolve('./store.ts'))}
const db = openDatabase(process.argv[1])
process.stdin.on('end', () => db.close()).resume()
process.stdout.write('open\\n')`

test('a second process cannot open the store, though the first is idle, and can as soon as the first is dead', async t => {
  const folder = tempFolder(t)
  const holder = runScript(HOLDER, join(folder, 'words.db'))
  t.after(() => holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  assert.throws(() => openStore(folder, 'words', notificationsTables), isUnavailable(/another process holds it/))
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  openStore(folder, 'words', notificationsTables).close()
})

test('a damaged file is refused in one sentence that says how to fix it', t => {
  const folder = tempFolder(t)
  const file = join(folder, 'words.db')
  writeFileSync(file, 'this is no database, and never was one. '.repeat(500))
  assert.throws(() => openDatabase(file), isUnavailable(/it is damaged .*move it away/))
})

test('a file that is damaged after its first bytes is refused in one sentence too', t => {
  const folder = tempFolder(t)
  openStore(folder, 'words', notificationsTables).close()
  const file = join(folder, 'words.db')
  const bytes = readFileSync(file)
  writeFileSync(file, bytes.fill(0xee, 100))
  assert.throws(() => openStore(folder, 'words', notificationsTables), isUnavailable(/it is damaged/))
})

test('a folder that cannot be made is refused in one sentence that names the file', t => {
  const folder = tempFolder(t)
  const file = join(folder, 'a file')
  writeFileSync(file, '')
  assert.throws(() => openDatabase(join(file, 'words.db')), isUnavailable(/a file\/words\.db cannot be opened/))
  mkdirSync(join(folder, 'words.db'))
  assert.throws(() => openDatabase(join(folder, 'words.db')), isUnavailable(/words\.db cannot be opened/))
  assert.throws(() => openDatabase('/proc/nothing/here/words.db'), isUnavailable(/words\.db cannot be opened/))
})

test('all that is written when a store is opened is synced, and the file is kept in WAL', t => {
  const db = openDatabase(join(tempFolder(t), 'deep', 'er', 'words.db'))
  assert.equal(db.prepare('PRAGMA journal_mode').get()?.journal_mode, 'wal')
  assert.equal(db.prepare('PRAGMA synchronous').get()?.synchronous, 2)
  db.close()
})
