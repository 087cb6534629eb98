import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { createDeliveryScheduler, type Done, type Lane } from './delivery-scheduler.ts'

/** A line whose work ends when the test says so. */
function openLine(tryAgainMs = 5) {
  const begun: string[] = []
  const open = new Map<string, (done: Done) => void>()
  const told: string[] = []
  const line = createDeliveryScheduler<string>({
    work(item, turn: Lane) {
      begun.push(`${item} ${turn}`)
      return new Promise(resolve => open.set(item, resolve))
    },
    onStop: () => told.push('stopped'),
    onResume: () => told.push('resumed'),
    tryAgainMs,
  })
  const end = async (item: string, done: Done = 'done') => {
    open.get(item)?.(done)
    await new Promise(setImmediate)
  }
  const untilBegun = (count: number) => waitFor(() => begun.length >= count, { deadlineMs: 30_000, what: 'a try' })
  return { line, begun, told, end, untilBegun }
}

test('who comes last is alone too, behind all others that must be alone', async () => {
  const { line, begun, end } = openLine()
  line.hold()
  line.arrive('a', 'last')
  line.arrive('b', 'alone')
  line.arrive('c', 'together')
  line.arrive('d', 'alone')
  line.release()
  for (const item of ['b', 'd', 'a']) await end(item)
  assert.deepEqual(begun, ['b alone', 'd alone', 'a last', 'c together'])
})

test('what is to be settled unhandled is done before anything is handled', async () => {
  const { line, begun, end } = openLine()
  line.hold()
  line.arrive('a', 'together')
  line.arrive('b', 'unhandled')
  line.arrive('c', 'unhandled')
  line.release()
  assert.deepEqual(begun, ['b unhandled', 'c unhandled'])
  await end('b')
  assert.deepEqual(begun.length, 2)
  await end('c')
  assert.deepEqual(begun.at(-1), 'a together')
})

test('what is handled alone begins when nothing is under way, and nothing begins beside it', async () => {
  const { line, begun, end } = openLine()
  line.arrive('a', 'together')
  line.arrive('b', 'alone')
  line.arrive('c', 'alone')
  line.arrive('d', 'together')
  assert.deepEqual(begun, ['a together'])
  await end('a')
  assert.deepEqual(begun, ['a together', 'b alone'])
  await end('b')
  assert.deepEqual(begun.at(-1), 'c alone')
  await end('c')
  assert.deepEqual(begun.at(-1), 'd together')
})

test('after a stop one item is tried until it does not say stop, then all go on', async () => {
  const { line, begun, told, end, untilBegun } = openLine()
  line.arrive('a', 'together')
  line.arrive('b', 'together')
  await end('a', 'stop')
  await end('b', 'stop')
  assert.deepEqual(told, ['stopped'])
  line.arrive('c', 'together')
  await untilBegun(3)
  assert.deepEqual(begun.slice(2), ['b together'], 'one is tried, and no other begins')
  await end('b', 'stop')
  await untilBegun(4)
  await end('b')
  assert.deepEqual(told, ['stopped', 'resumed'])
  assert.deepEqual(
    begun.slice(4).toSorted((one, other) => (one < other ? -1 : 1)),
    ['a together', 'c together'],
  )
})

test('what is cleared never begins, and a closed line ends when nothing is under way', async () => {
  const { line, begun, end } = openLine()
  line.arrive('a', 'alone')
  line.arrive('b', 'alone')
  line.clear()
  let isClosed = false
  const closed = line.close().then(() => (isClosed = true))
  assert.equal(isClosed, false)
  await end('a')
  await closed
  line.arrive('c', 'together')
  assert.deepEqual(begun, ['a alone'])
})
