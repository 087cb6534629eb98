import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { monotonicNs } from '../contracts/clock.ts'
import { LabError } from '../contracts/errors.ts'
import { openDatabase } from './store.ts'
import { groupCommit } from './group-commit.ts'

/** A real file with one table of words, and the statements that the store gave to SQLite. */
function wordStore(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-commit-'))
  const db = openDatabase(join(folder, 'words.db'))
  t.after(() => {
    if (db.isOpen) db.close()
    rmSync(folder, { recursive: true })
  })
  db.exec('CREATE TABLE words (word TEXT NOT NULL UNIQUE) STRICT')
  const insert = db.prepare('INSERT INTO words (word) VALUES (?)')
  const count = db.prepare('SELECT count(*) AS words FROM words')
  const tx = { add: (word: string) => void insert.run(word), count: () => Number(count.get()?.words) }
  const commits = t.mock.method(db, 'exec')
  const commitCount = () => commits.mock.calls.filter(({ arguments: [sql] }) => sql === 'COMMIT').length
  return { db, ...groupCommit(db, tx), count: tx.count, commitCount }
}

const isStoreFailed = (error: unknown) => error instanceof LabError && error.code === 'store-failed'

test('the work of one turn shares one transaction, and each piece sees those before it', async t => {
  const { transact, commitCount } = wordStore(t)
  const seen = await Promise.all(
    Array.from({ length: 100 }, (_, number) =>
      transact(tx => {
        tx.add(`word ${number}`)
        return tx.count()
      }),
    ),
  )
  assert.equal(commitCount(), 1)
  assert.deepEqual(
    seen,
    Array.from({ length: 100 }, (_, number) => number + 1),
  )
})

test('nothing resolves before COMMIT has returned', async t => {
  const { transact, commitCount } = wordStore(t)
  const before = await transact(() => commitCount()).then(inside => ({ inside, after: commitCount() }))
  assert.deepEqual(before, { inside: 0, after: 1 })
})

test('a timestamp of a transaction is kept when COMMIT has returned, and one of another time is not known', async t => {
  const { transact, keptNs } = wordStore(t)
  const beforeNs = monotonicNs()
  const first = await transact(() => monotonicNs())
  const betweenNs = monotonicNs()
  const second = await transact(() => monotonicNs())
  const keptFirstNs = keptNs(first) ?? assert.fail('the first is not known')
  const keptSecondNs = keptNs(second) ?? assert.fail('the second is not known')
  const inOrder = [beforeNs, first, keptFirstNs, betweenNs, second, keptSecondNs, monotonicNs()]
  assert.deepEqual(
    inOrder,
    inOrder.toSorted((one, other) => one - other),
  )
  assert.deepEqual([keptNs(beforeNs), keptNs(betweenNs), keptNs(monotonicNs())], [null, null, null])
})

test('what could not be kept has no time', async t => {
  const { transact, keptNs } = wordStore(t)
  const seen: number[] = []
  const broken = Object.assign(new Error('disk I/O error'), { errcode: 10 })
  const work = transact(() => {
    seen.push(monotonicNs())
    throw broken
  })
  await assert.rejects(work, isStoreFailed)
  assert.deepEqual(seen.map(keptNs), [null])
})

test('more than one batch of work goes into the next ones, and all is kept', async t => {
  const { transact, commitCount, count } = wordStore(t)
  await Promise.all(Array.from({ length: 1_100 }, (_, number) => transact(tx => tx.add(`word ${number}`))))
  assert.equal(count(), 1_100)
  assert.equal(commitCount(), 3)
})

test('an error undoes its own work alone', async t => {
  const { transact, count } = wordStore(t)
  const failing = transact(tx => {
    tx.add('undone')
    throw new Error('I changed my mind')
  })
  const results = await Promise.allSettled([
    transact(tx => tx.add('one')),
    failing,
    transact(tx => tx.add('one')),
    transact(tx => tx.add('two')),
  ])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  )
  await assert.rejects(failing, /I changed my mind/)
  assert.equal(count(), 2)
  await transact(tx => tx.add('undone'))
})

test('work that fails without a reason still fails', async t => {
  const { transact } = wordStore(t)
  const failing = transact(() => {
    throw undefined
  })
  await assert.rejects(failing, /without a reason/)
})

test('a full store fails the whole batch, keeps nothing of it, and works again when there is room', async t => {
  const { db, transact, count } = wordStore(t)
  await transact(tx => tx.add('kept'))
  const pages = Number(db.prepare('PRAGMA page_count').get()?.page_count)
  db.exec(`PRAGMA max_page_count = ${pages}`)
  const large = 'x'.repeat(100_000)
  const batch = [transact(tx => tx.add('small')), transact(tx => tx.add(large)), transact(tx => tx.add('after'))]
  for (const work of batch) await assert.rejects(work, isStoreFailed)
  assert.equal(count(), 1)
  db.exec(`PRAGMA max_page_count = ${pages + 1_000}`)
  await Promise.all(['small', large, 'after'].map(word => transact(tx => tx.add(word))))
  assert.equal(count(), 4)
})

test('an error of the disk fails the whole batch, though it met one piece of work', async t => {
  const { transact, count } = wordStore(t)
  const broken = Object.assign(new Error('disk I/O error'), { errcode: 10 })
  const batch = [
    transact(tx => tx.add('one')),
    transact(() => {
      throw broken
    }),
    transact(tx => tx.add('two')),
  ]
  for (const work of batch) await assert.rejects(work, isStoreFailed)
  assert.equal(count(), 0)
})

test('when COMMIT itself fails, all of the batch fail and nothing is kept', async t => {
  const { db, transact, count } = wordStore(t)
  db.exec(`PRAGMA foreign_keys = ON; CREATE TABLE letters (word TEXT REFERENCES words (word)
    DEFERRABLE INITIALLY DEFERRED) STRICT`)
  const letter = db.prepare('INSERT INTO letters (word) VALUES (?)')
  const batch = [transact(tx => tx.add('one')), transact(() => void letter.run('no such word'))]
  for (const work of batch) await assert.rejects(work, isStoreFailed)
  assert.equal(count(), 0)
  await transact(tx => tx.add('one'))
  assert.equal(count(), 1)
})

test('a closed store rejects late work, and the process goes on', async t => {
  const { db, transact } = wordStore(t)
  db.close()
  await assert.rejects(
    transact(tx => tx.add('late')),
    isStoreFailed,
  )
})
