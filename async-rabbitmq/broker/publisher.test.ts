import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { checkPublishing, publishInTime, type Publisher } from './publisher.ts'

const message = { exchange: '', routingKey: 'q', body: Buffer.from('{}') }

/** A fake publisher: the test confirms or refuses what it was given. */
function fakePublisher({ waitMs = 0 } = {}) {
  const confirm = Promise.withResolvers<void>()
  let published = 0
  const publisher: Publisher = {
    publish() {
      published++
      return confirm.promise
    },
    closed: new Promise(() => {}),
    oldestWaitMs: () => waitMs,
    close: async () => {},
  }
  return { publisher, confirm, published: () => published }
}

test('a message that is confirmed in time is published', async () => {
  const { publisher, confirm } = fakePublisher()
  const publishing = publishInTime(publisher, message, 60_000)
  confirm.resolve()
  await publishing
})

test('a message without a confirm is unknown at the deadline, and a later refusal changes nothing', async () => {
  const { publisher, confirm } = fakePublisher()
  await assert.rejects(publishInTime(publisher, message, 1), { code: 'deadline-passed' })
  confirm.reject(new LabError('unavailable', 'too late to matter'))
  await confirm.promise.catch(() => {})
})

test('the error of the publisher is the error of its caller', async () => {
  const { publisher, confirm } = fakePublisher()
  const publishing = publishInTime(publisher, message, 60_000)
  confirm.reject(new LabError('unavailable', 'no queue is bound'))
  await assert.rejects(publishing, { code: 'unavailable', detail: 'no queue is bound' })
})

test('nothing is published while the broker is away, or while a message waits longer than the deadline', async () => {
  await assert.rejects(publishInTime(undefined, message, 1_000), { code: 'unavailable' })
  const { publisher, published } = fakePublisher({ waitMs: 1_001 })
  await assert.rejects(publishInTime(publisher, message, 1_000), { code: 'unavailable' })
  assert.throws(() => checkPublishing(publisher, 1_000), { code: 'unavailable' })
  assert.equal(published(), 0)
  checkPublishing(publisher, 1_001)
})
