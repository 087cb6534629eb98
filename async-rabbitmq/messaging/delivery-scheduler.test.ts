import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { createDeliveryScheduler, type Done, type Lane } from './delivery-scheduler.ts'

/** A scheduler whose work ends when the test says so. */
function openScheduler(resumeAfterMs = 5) {
  const begun: string[] = []
  const inProgress = new Map<string, (done: Done) => void>()
  const reported: string[] = []
  const scheduler = createDeliveryScheduler<string>({
    work(item, lane: Lane) {
      begun.push(`${item} ${lane}`)
      return new Promise(resolve => inProgress.set(item, resolve))
    },
    onStop: () => reported.push('stopped'),
    onResume: () => reported.push('resumed'),
    resumeAfterMs,
  })
  const end = async (item: string, done: Done = 'done') => {
    inProgress.get(item)?.(done)
    await new Promise(setImmediate)
  }
  const untilBegun = (count: number) =>
    waitFor(() => begun.length >= count, { deadlineMs: 30_000, what: `${count} items to begin` })
  return { scheduler, begun, reported, end, untilBegun }
}

test('isolated-last items begin alone, after all isolated items', async () => {
  const { scheduler, begun, end } = openScheduler()
  scheduler.hold()
  scheduler.add('a', 'isolated-last')
  scheduler.add('b', 'isolated')
  scheduler.add('c', 'concurrent')
  scheduler.add('d', 'isolated')
  scheduler.release()
  for (const item of ['b', 'd', 'a']) await end(item)
  assert.deepEqual(begun, ['b isolated', 'd isolated', 'a isolated-last', 'c concurrent'])
})

test('settle-only items are done before any item is handled', async () => {
  const { scheduler, begun, end } = openScheduler()
  scheduler.hold()
  scheduler.add('a', 'concurrent')
  scheduler.add('b', 'settle-only')
  scheduler.add('c', 'settle-only')
  scheduler.release()
  assert.deepEqual(begun, ['b settle-only', 'c settle-only'])
  await end('b')
  assert.deepEqual(begun.length, 2)
  await end('c')
  assert.deepEqual(begun.at(-1), 'a concurrent')
})

test('an isolated item begins when nothing is in progress, and nothing begins beside it', async () => {
  const { scheduler, begun, end } = openScheduler()
  scheduler.add('a', 'concurrent')
  scheduler.add('b', 'isolated')
  scheduler.add('c', 'isolated')
  scheduler.add('d', 'concurrent')
  assert.deepEqual(begun, ['a concurrent'])
  await end('a')
  assert.deepEqual(begun, ['a concurrent', 'b isolated'])
  await end('b')
  assert.deepEqual(begun.at(-1), 'c isolated')
  await end('c')
  assert.deepEqual(begun.at(-1), 'd concurrent')
})

test('after a stop one item is tried until it is done, then all items continue', async () => {
  const { scheduler, begun, reported, end, untilBegun } = openScheduler()
  scheduler.add('a', 'concurrent')
  scheduler.add('b', 'concurrent')
  await end('a', 'stop')
  await end('b', 'stop')
  assert.deepEqual(reported, ['stopped'])
  scheduler.add('c', 'concurrent')
  await untilBegun(3)
  assert.deepEqual(begun.slice(2), ['b concurrent'], 'one is tried, and no other begins')
  await end('b', 'stop')
  await untilBegun(4)
  await end('b')
  assert.deepEqual(reported, ['stopped', 'resumed'])
  assert.deepEqual(
    begun.slice(4).toSorted((one, other) => (one < other ? -1 : 1)),
    ['a concurrent', 'c concurrent'],
  )
})

test('cleared items never begin, and a closed scheduler ends when nothing is in progress', async () => {
  const { scheduler, begun, end } = openScheduler()
  scheduler.add('a', 'isolated')
  scheduler.add('b', 'isolated')
  scheduler.clear()
  let isClosed = false
  const closed = scheduler.close().then(() => (isClosed = true))
  assert.equal(isClosed, false)
  await end('a')
  await closed
  scheduler.add('c', 'concurrent')
  assert.deepEqual(begun, ['a isolated'])
})
