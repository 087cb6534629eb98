import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { startWorkerByKitchen } from './worker-by-kitchen.ts'

type Row = { seq: number; kitchen: string }

const AWAY = new Error('all are away')

/** Rows by their kitchens, `a` before `b`; the test ends each run. `begun` has what has begun, as `a1`: kitchen and number. */
function openWorker(t: TestContext, kitchens: string, window = 10) {
  const rows = kitchens.split('').map((kitchen, index) => ({ seq: index + 1, kitchen }))
  const left = new Set(rows.map(({ seq }) => seq))
  const begun: string[] = []
  const running = new Map<string, PromiseWithResolvers<void>>()
  const said: string[] = []
  /** Once. */
  const unreadable = new Set<number>()
  const closing = new AbortController()
  const worker = startWorkerByKitchen<Row>({
    pending: async (after, limit) => rows.filter(({ seq }) => seq > after && left.has(seq)).slice(0, limit),
    async rowAt(seq) {
      if (unreadable.delete(seq)) throw new Error('cannot be read')
      return rows.find(row => row.seq === seq)
    },
    kitchenOf: ({ kitchen }) => kitchen,
    async run({ seq, kitchen }) {
      const run = Promise.withResolvers<void>()
      const name = `${kitchen}${seq}`
      begun.push(name)
      running.set(name, run)
      await run.promise.finally(() => running.delete(name))
      left.delete(seq)
    },
    window,
    stopsAll: error => error === AWAY,
    onHealthy: () => void said.push('healthy'),
    onFailure: () => void said.push('failure'),
    onIdle: () => void said.push('idle'),
    closing: closing.signal,
    pace: { firstMs: 1, longestMs: 1 },
  })
  t.after(async () => {
    closing.abort()
    for (const run of running.values()) run.resolve()
    await worker.ended
  })
  const runOf = (name: string) => running.get(name) ?? assert.fail(`${name} is not running`)
  return {
    begun,
    said,
    unreadable,
    add(kitchen: string) {
      const seq = rows.length + 1
      rows.push({ seq, kitchen })
      left.add(seq)
      worker.notify()
    },
    succeed: (...names: string[]) => names.forEach(name => runOf(name).resolve()),
    fail: (name: string, error = new Error('refused')) => runOf(name).reject(error),
    until: (...names: string[]) =>
      waitFor(() => begun.length >= names.length && turns().then(() => true), {
        deadlineMs: 10_000,
        everyMs: 1,
        what: names.join(),
      }).then(() => assert.deepEqual(begun, names)),
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

test('a row that fails holds up the later ones of its kitchen, and no others', async t => {
  const { begun, until, fail, succeed, add } = openWorker(t, 'ab')
  await until('a1', 'b2')
  fail('a1')
  await until('a1', 'b2', 'a1')
  for (const kitchen of ['a', 'a', 'b']) add(kitchen)
  await until('a1', 'b2', 'a1', 'b5')
  succeed('a1')
  await until('a1', 'b2', 'a1', 'b5', 'a3', 'a4')
  assert.equal(begun.length, 6)
})

test('a kitchen goes on with the first of its rows that failed, when its other runs have ended', async t => {
  const { until, fail, succeed } = openWorker(t, 'aaab', 3)
  await until('a1', 'a2', 'a3')
  fail('a2')
  await until('a1', 'a2', 'a3', 'b4')
  fail('a1')
  await turns()
  succeed('a3')
  await until('a1', 'a2', 'a3', 'b4', 'a1')
  succeed('a1')
  await until('a1', 'a2', 'a3', 'b4', 'a1', 'a2')
})

test('after a failure a kitchen has one run at once, then two, then four', async t => {
  const { until, fail, succeed } = openWorker(t, 'aaaaaaaa', 1)
  await until('a1')
  fail('a1')
  await until('a1', 'a1')
  succeed('a1')
  await until('a1', 'a1', 'a2')

  const wide = openWorker(t, 'a')
  await wide.until('a1')
  wide.fail('a1')
  await wide.until('a1', 'a1')
  for (const kitchen of 'aaaaaaa') wide.add(kitchen)
  await turns()
  wide.succeed('a1')
  await wide.until('a1', 'a1', 'a2', 'a3')
  wide.succeed('a2')
  await wide.until('a1', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6')
})

test('what all would fail with stops all until what is in flight has ended', async t => {
  const { begun, until, fail, succeed, add } = openWorker(t, 'ab')
  await until('a1', 'b2')
  fail('a1', AWAY)
  await turns()
  add('c')
  await turns()
  assert.deepEqual(begun, ['a1', 'b2'])
  succeed('b2')
  await waitFor(() => begun.length === 4, { deadlineMs: 10_000, everyMs: 1, what: 'two more runs' })
  assert.deepEqual(begun.slice(2).sort(), ['a1', 'c3'])
})

test('new rows and those that waited take turns', async t => {
  const { begun, until, fail, succeed, add } = openWorker(t, 'ab', 1)
  await until('a1')
  fail('a1')
  await waitFor(() => begun.length === 2, { deadlineMs: 10_000, everyMs: 1, what: 'another run' })
  // Whichever came first: each of them is begun before one of them has had a second turn.
  for (const kitchen of 'bbb') add(kitchen)
  for (let turn = 2; turn <= 4; turn++) {
    succeed(begun.at(-1) ?? '')
    await waitFor(() => begun.length === turn + 1, { deadlineMs: 10_000, everyMs: 1, what: 'another run' })
  }
  assert.ok(begun.slice(1, 4).includes('a1'), begun.join())
  assert.ok(begun.slice(1, 4).includes('b2'), begun.join())
})

test('it is healthy when the last run of no kitchen has failed, and idle when nothing is left', async t => {
  const { said, until, fail, succeed } = openWorker(t, 'abb')
  await until('a1', 'b2', 'b3')
  fail('a1')
  await until('a1', 'b2', 'b3', 'a1')
  succeed('b2')
  await turns()
  assert.deepEqual(said, ['failure'])
  succeed('a1')
  await turns()
  succeed('b3')
  await turns()
  assert.deepEqual(said, ['failure', 'healthy', 'healthy', 'idle'])
})

test('a row that waited and could not be read is read again', async t => {
  const { unreadable, until, fail } = openWorker(t, 'ab')
  await until('a1', 'b2')
  unreadable.add(1)
  fail('a1')
  await until('a1', 'b2', 'a1')
  assert.equal(unreadable.size, 0)
})
