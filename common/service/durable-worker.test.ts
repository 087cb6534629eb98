import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startDurableWorker, type WorkerParts } from './durable-worker.ts'

type Row = { seq: number }

/** Three rows and a window of two. The test ends each run, in the sequence in which they began. */
function openWorker(t: TestContext, resume: WorkerParts<Row>['resume']) {
  const rows = new Set([1, 2, 3])
  const begun: number[] = []
  const runs: PromiseWithResolvers<void>[] = []
  const closing = new AbortController()
  const worker = startDurableWorker<Row>({
    pending: async (after, limit) => [...rows].flatMap(seq => (seq > after ? [{ seq }] : [])).slice(0, limit),
    async run({ seq }) {
      const run = Promise.withResolvers<void>()
      begun.push(seq)
      runs.push(run)
      await run.promise
      rows.delete(seq)
    },
    window: 2,
    resume,
    onFailure() {},
    closing: closing.signal,
    pace: { firstMs: 1, longestMs: 1 },
  })
  t.after(async () => {
    closing.abort()
    for (const run of runs) run.resolve()
    await worker.ended
  })
  return { begun, runs }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
}

test('where order matters the next row begins as soon as there is room in the window', async t => {
  const { begun, runs } = openWorker(t, 'first')
  await turns()
  assert.deepEqual(begun, [1, 2])
  runs[1]?.resolve()
  await turns()
  assert.deepEqual(begun, [1, 2, 3])
})

test('where rows fail each for itself the next batch begins when all of the batch before have ended', async t => {
  const { begun, runs } = openWorker(t, 'behind')
  await turns()
  runs[1]?.resolve()
  await turns()
  assert.deepEqual(begun, [1, 2])
  runs[0]?.resolve()
  await turns()
  assert.deepEqual(begun, [1, 2, 3])
})

test('rows that were read while another one failed do not begin before all in flight have ended', async t => {
  const closing = new AbortController()
  const begun: number[] = []
  const first = Promise.withResolvers<void>()
  const reads: PromiseWithResolvers<Row[]>[] = []
  const worker = startDurableWorker<Row>({
    async pending() {
      const read = Promise.withResolvers<Row[]>()
      reads.push(read)
      return read.promise
    },
    run({ seq }) {
      begun.push(seq)
      return seq === 1 ? first.promise : Promise.resolve()
    },
    window: 3,
    resume: 'first',
    onFailure() {},
    closing: closing.signal,
    pace: { firstMs: 1, longestMs: 1 },
  })
  t.after(async () => {
    closing.abort()
    for (const read of reads) read.resolve([])
    await worker.ended
  })
  await turns()
  reads[0]?.resolve([{ seq: 1 }])
  await turns()
  worker.notify()
  await turns()
  first.reject(new Error('the broker is away'))
  await turns()
  reads[1]?.resolve([{ seq: 2 }])
  await turns()
  assert.deepEqual(begun, [1])
})

test('after a failure nothing begins until all in flight have ended', async t => {
  const { begun, runs } = openWorker(t, 'first')
  await turns()
  runs[0]?.reject(new Error('refused'))
  await turns()
  assert.deepEqual(begun, [1, 2])
})
