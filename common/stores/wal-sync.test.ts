import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { busyTime } from '../contracts/busy-time.ts'
import { groupCommit } from './group-commit.ts'
import { notificationsTables } from './notifications.ts'
import { openDatabase, openStore } from './store.ts'
import { walSync } from './wal-sync.ts'

function tempFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-sync-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A store whose syncs wait until the test lets them go; `onSync` is told the number of each. */
function heldStore(t: TestContext, onSync: (number: number) => void = () => {}) {
  const file = join(tempFolder(t), 'words.db')
  const db = openDatabase(file)
  const wal = walSync(db)
  const syncs: (() => void)[] = []
  const sync = () => {
    onSync(syncs.length)
    return new Promise<void>(resolve => syncs.push(resolve)).then(wal.sync)
  }
  const store = groupCommit(db, notificationsTables(db), undefined, { ...wal, sync })
  t.after(() => db.isOpen && store.close())
  return {
    store,
    file,
    syncs,
    append: (orderId: string) => store.transact(tx => tx.append({ orderId, userId: 'ada' })),
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

test('nobody is told of what is committed and not synced: not who wrote it, and not who reads it', async t => {
  const { store, syncs, append } = heldStore(t)
  const told: string[] = []
  const written = append('o').then(() => told.push('written'))
  await turns()
  assert.equal(syncs.length, 1)
  assert.ok(store.peek.wasSent('o'), 'it is committed')
  const read = store.read(tx => tx.wasSent('o')).then(was => told.push(`read ${was}`))
  await turns()
  assert.deepEqual(told, [])
  syncs[0]?.()
  await Promise.all([written, read])
  assert.deepEqual(new Set(told), new Set(['read true', 'written']))
})

test('what comes while the disk syncs shares the next transaction', async t => {
  const { syncs, append } = heldStore(t)
  const first = append('first')
  await turns()
  const others = Promise.all(['second', 'third', 'fourth'].map(append))
  await turns()
  assert.equal(syncs.length, 1, 'one at a time')
  syncs[0]?.()
  await first
  await turns()
  assert.equal(syncs.length, 2)
  syncs[1]?.()
  await others
})

test('what was told is in the files as they were when its sync began: whatever came later may be lost', async t => {
  const copies = tempFolder(t)
  const salts = new Set<string>()
  const { store, file, syncs, append } = heldStore(t, number => {
    copyFileSync(file, join(copies, `${number}.db`))
    copyFileSync(`${file}-wal`, join(copies, `${number}.db-wal`))
    salts.add(readFileSync(`${file}-wal`).toString('hex', 16, 24))
  })
  const told: string[] = []
  const toldAfter: string[][] = []
  // More than the 1,000 pages after which SQLite moves the log into the database file, and begins it anew with another salt.
  for (let batch = 0; batch < 60; batch++) {
    const ids = Array.from({ length: 40 }, (_, number) => `${batch}-${number}-${'x'.repeat(900)}`)
    const written = Promise.all(ids.map(id => append(id).then(() => told.push(id))))
    while (syncs.length <= batch) await turns()
    syncs[batch]?.()
    await written
    toldAfter.push([...told])
  }
  store.close()
  assert.ok(salts.size > 1, 'the log began anew')
  for (const [number, ids] of toldAfter.entries()) {
    const db = openDatabase(join(copies, `${number}.db`))
    const { wasSent } = notificationsTables(db)
    const lost = ids.filter(orderId => !wasSent(orderId))
    assert.deepEqual(lost, [])
    db.close()
  }
})

const LOSING = `
import { groupCommit } from ${JSON.stringify(import.meta.resolve('./group-commit.ts'))}
import { notificationsTables } from ${JSON.stringify(import.meta.resolve('./notifications.ts'))}
import { openDatabase } from ${JSON.stringify(import.meta.resolve('./store.ts'))}
const db = openDatabase(process.argv[1])
let syncs = 0
const sync = async () => {
  if (++syncs > 3) throw new Error('EIO: i/o error, fdatasync')
}
const store = groupCommit(db, notificationsTables(db), undefined, { sync, close() {} })
for (let number = 1; number <= 5; number++) {
  await store.transact(tx => tx.append({ orderId: String(number), userId: 'ada' }))
  process.stdout.write(number + '\\n')
}`

test('when the disk fails to sync what is committed, the process ends, and has told nobody', async t => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', LOSING, join(tempFolder(t), 'words.db')])
  let [said, failed] = ['', '']
  child.stdout.on('data', chunk => (said += String(chunk)))
  child.stderr.on('data', chunk => (failed += String(chunk)))
  const [code] = (await once(child, 'close')) as [number]
  assert.equal(code, 1)
  assert.equal(said, '1\n2\n3\n')
  assert.match(failed, /fdatasync/)
})

test('a store in memory has nothing to sync, and works', async () => {
  const db = new DatabaseSync(':memory:')
  const store = groupCommit(db, notificationsTables(db))
  await store.transact(tx => tx.append({ orderId: 'o', userId: 'ada' }))
  assert.ok(await store.read(tx => tx.wasSent('o')))
  store.close()
})

test('a store counts its syncs, and the time in which one is under way', async t => {
  const syncs = busyTime()
  const store = openStore(tempFolder(t), 'words', notificationsTables, { syncs })
  t.after(store.close)
  await store.transact(tx => tx.append({ orderId: 'a', userId: 'ada' }))
  const firstNs = syncs.busyNs()
  assert.ok(firstNs > 0)
  await store.read(tx => tx.wasSent('a'))
  assert.deepEqual([syncs.count(), syncs.busyNs()], [1, firstNs])
  await store.transact(tx => tx.append({ orderId: 'b', userId: 'ada' }))
  assert.equal(syncs.count(), 2)
  assert.ok(syncs.busyNs() > firstNs)
})
