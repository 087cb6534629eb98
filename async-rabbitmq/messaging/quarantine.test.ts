import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { bodyOf, consumerQueue, openConsumer } from '../tests/support/test-consumer.ts'
import { crashJournalTables, messageKey } from './quarantine.ts'

const failing = () => {
  throw new Error('it fails')
}

type Journal = ReturnType<typeof openConsumer>['store']

async function crashed(store: Journal, orderId: string, times: number): Promise<void> {
  for (let crash = 0; crash < times; crash++) await store.transact(tx => tx.recordAttempt(messageKey(bodyOf(orderId))))
}

test('a message that its consumer survived in isolation leaves the crash journal, also when its handler failed', async t => {
  const { confirms, deliver, store, untilPublished, untilSteps } = openConsumer(t, { handle: failing })
  await crashed(store, 'o', 3)
  deliver('o')
  await untilPublished(1)
  confirms[0]?.resolve()
  await untilSteps('ack o')
  assert.equal(store.peek.crashCount(messageKey(bodyOf('o'))), 0)
})

test('a message is acked after its row in the crash journal is gone', async t => {
  const { deliver, store } = openConsumer(t)
  await crashed(store, 'o', 1)
  const acked = Promise.withResolvers<number>()
  deliver('o', { ack: () => acked.resolve(store.peek.crashCount(messageKey(bodyOf('o')))) })
  assert.equal(await acked.promise, 0)
})

test('a message that crashed its consumer five times is dead-lettered, and handled again once it is redriven', async t => {
  const { confirms, deliver, published, steps, store, untilPublished, untilSteps } = openConsumer(t)
  await crashed(store, 'o', 5)
  deliver('o')
  await untilPublished(1)
  assert.equal(published[0]?.headers?.['x-reason'], 'kills-consumer')
  confirms[0]?.resolve()
  await untilSteps('ack o')
  assert.ok(!steps.includes('handle o'))
  deliver('o')
  await untilSteps('handle o')
})

test('an order with a stored result is never dead-lettered as a killer', async t => {
  const { confirms, deliver, published, store, untilPublished, untilSteps } = openConsumer(t, { isDone: () => true })
  for (const orderId of ['once', 'often']) await crashed(store, orderId, 5)
  deliver('once')
  await untilSteps('handle once', 'ack once')
  deliver('often', { deliveryCount: 5 })
  await untilPublished(1)
  confirms[0]?.resolve()
  await untilSteps('ack often')
  assert.deepEqual([published[0]?.routingKey, published[0]?.headers], [consumerQueue.queue, {}])
})

test('a republished message keeps its attempts and the headers of its publisher, and loses the returns', async t => {
  const { deliver, published, untilPublished } = openConsumer(t)
  deliver('o', { deliveryCount: 5, headers: { 'x-attempt': 2, 'x-delivery-count': 5, kind: 'theirs' } })
  await untilPublished(1)
  assert.deepEqual(published[0]?.headers, { 'x-attempt': 2, kind: 'theirs' })
})

test('no redelivered message is handled before all of them have arrived', async t => {
  const { deliver, steps, quiet, untilSteps } = openConsumer(t)
  const caughtUp = Promise.withResolvers<void>()
  deliver('one', { redelivered: true }, { isFirst: true, caughtUp: () => caughtUp.promise })
  deliver('two', { redelivered: true })
  await quiet()
  assert.deepEqual(steps, [])
  caughtUp.resolve()
  await untilSteps('ack one', 'ack two')
})

test('messages of a lost channel are never handled, and its end does not release those of the next channel', async t => {
  const { deliver, lose, steps, quiet, untilSteps } = openConsumer(t)
  const lost = Promise.withResolvers<void>()
  const next = Promise.withResolvers<void>()
  deliver('void', { redelivered: true }, { isFirst: true, caughtUp: () => lost.promise })
  lose()
  deliver('again', { redelivered: true }, { isFirst: true, caughtUp: () => next.promise })
  lost.reject(new Error('the channel is gone'))
  await quiet()
  assert.deepEqual(steps, [])
  next.resolve()
  await untilSteps('ack again')
  assert.deepEqual(steps, ['handle again', 'ack again'])
})

test('crashes that are more than an hour apart do not add up', t => {
  let minutes = 0
  const db = new DatabaseSync(':memory:')
  t.after(() => db.close())
  const journal = crashJournalTables(db, () => minutes * 60_000)
  const counts = [0, 30, 89, 150, 210].map(minute => {
    minutes = minute
    journal.recordAttempt('o')
    return journal.crashCount('o')
  })
  assert.deepEqual(counts, [1, 2, 3, 1, 2])
  journal.clearAttempts('o')
  assert.equal(journal.crashCount('o'), 0)
})
