import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { waitFor } from '#host/wait-for.ts'
import { messageKey } from './quarantine/crash-journal.ts'
import { bodyOf, line, openConsumer } from '../tests/support/test-consumer.ts'

const failing = () => {
  throw new Error('it fails')
}

/** Lets all run that can run without an event from outside. */
const quiet = async () => {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
}

const copies = [
  { name: 'on the ladder', given: {}, handle: failing, to: 'retry.1' },
  { name: 'among the dead letters', given: { body: Buffer.from('[]') }, handle: undefined, to: line.deadLetters },
  { name: 'afresh in its queue', given: { deliveryCount: 5 }, handle: failing, to: line.queue },
]
for (const { name, given, handle, to } of copies)
  test(`a copy ${name} is confirmed before its message is acked, and tried again when it is not`, async t => {
    const { confirms, deliver, health, published, steps, untilPublished, untilSteps } = openConsumer(t, { handle })
    deliver('o', given)
    await untilPublished(1)
    assert.equal(published[0]?.exchange || published[0]?.routingKey, to)
    await quiet()
    assert.ok(!steps.includes('ack o'), 'not confirmed yet')
    confirms[0]?.reject(new LabError('unavailable', 'the broker is away'))
    await untilPublished(2)
    assert.ok(health.view().troubles.work)
    assert.ok(!steps.includes('ack o'), 'refused')
    confirms[1]?.resolve()
    await untilSteps('ack o')
    assert.deepEqual(steps.slice(-2), ['confirmed', 'ack o'])
    await waitFor(() => health.view().healthy, { deadlineMs: 30_000, what: 'health' })
  })

test('a service that is told to stop leaves its messages as they are', async t => {
  const { closing, deliver, published, steps, untilSteps } = openConsumer(t, { handle: failing })
  closing.abort()
  deliver('o')
  await untilSteps('handle o')
  await quiet()
  assert.deepEqual(published, [])
  assert.deepEqual(steps, ['handle o'])
})

test('a message that is handled alone is no suspect afterwards, also when its handler failed', async t => {
  const { confirms, deliver, store, untilPublished, untilSteps } = openConsumer(t, { handle: failing })
  const key = messageKey(bodyOf('o'))
  for (let death = 0; death < 3; death++) await store.transact(tx => tx.recordAttempt(key))
  deliver('o')
  await untilPublished(1)
  confirms[0]?.resolve()
  await untilSteps('ack o')
  assert.equal(store.read.crashCount(key), 0)
})

test('a killer is given up, and handled when somebody sends it on its way again', async t => {
  const { confirms, deliver, published, steps, store, untilPublished, untilSteps } = openConsumer(t)
  for (let death = 0; death < 5; death++) await store.transact(tx => tx.recordAttempt(messageKey(bodyOf('o'))))
  deliver('o')
  await untilPublished(1)
  assert.equal(published[0]?.headers?.['x-reason'], 'kills-consumer')
  confirms[0]?.resolve()
  await untilSteps('ack o')
  assert.ok(!steps.includes('handle o'))
  deliver('o')
  await untilSteps('handle o')
})

test('who died often enough but has a result is no killer', async t => {
  const { confirms, deliver, published, store, untilPublished, untilSteps } = openConsumer(t, { isDone: () => true })
  for (const orderId of ['once', 'often'])
    for (let death = 0; death < 5; death++) await store.transact(tx => tx.recordAttempt(messageKey(bodyOf(orderId))))
  deliver('once')
  await untilSteps('handle once', 'ack once')
  deliver('often', { deliveryCount: 5 })
  await untilPublished(1)
  confirms[0]?.resolve()
  await untilSteps('ack often')
  assert.deepEqual([published[0]?.routingKey, published[0]?.headers], [line.queue, {}])
})

test('a fresh copy keeps the attempts that its message made, and what strangers wrote in their names', async t => {
  const { deliver, published, untilPublished } = openConsumer(t)
  deliver('o', { deliveryCount: 5, headers: { 'x-attempt': 2, 'x-delivery-count': 5, kind: 'theirs' } })
  await untilPublished(1)
  assert.deepEqual(published[0]?.headers, { 'x-attempt': 2, kind: 'theirs' })
})

test('nothing of a batch that came back begins before all of it has arrived', async t => {
  const { deliver, steps, untilSteps } = openConsumer(t)
  const caughtUp = Promise.withResolvers<void>()
  deliver('one', { redelivered: true }, { isFirst: true, caughtUp: () => caughtUp.promise })
  deliver('two', { redelivered: true })
  await quiet()
  assert.deepEqual(steps, [])
  caughtUp.resolve()
  await untilSteps('ack one', 'ack two')
})

test('what a lost channel had brought never begins, and its end lets nothing of the next one begin early', async t => {
  const { deliver, lose, steps, untilSteps } = openConsumer(t)
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
