import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { checkPublishing, publishInTime } from './publish-in-time.ts'
import type { Publisher } from './publisher.ts'

const message = { exchange: '', routingKey: 'q', body: Buffer.from('{}') }

/** A publisher that is made up: the test settles what it was given. */
function madePublisher({ waitMs = 0 } = {}) {
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

test('a confirm in time is all that it takes', async () => {
  const { publisher, confirm } = madePublisher()
  const publishing = publishInTime(publisher, message, 60_000)
  confirm.resolve()
  await publishing
})

test('without a confirm it ends at the deadline, unknown, and what comes later changes nothing', async () => {
  const { publisher, confirm } = madePublisher()
  await assert.rejects(publishInTime(publisher, message, 1), { code: 'deadline-passed' })
  confirm.reject(new LabError('unavailable', 'too late to matter'))
  await confirm.promise.catch(() => {})
})

test('what the publisher says of a message is what its caller is told', async () => {
  const { publisher, confirm } = madePublisher()
  const publishing = publishInTime(publisher, message, 60_000)
  confirm.reject(new LabError('unavailable', 'no queue is bound'))
  await assert.rejects(publishing, { code: 'unavailable', detail: 'no queue is bound' })
})

test('nothing is handed over while the broker is away, or while a message has waited beyond the deadline', async () => {
  await assert.rejects(publishInTime(undefined, message, 1_000), { code: 'unavailable' })
  const { publisher, published } = madePublisher({ waitMs: 1_001 })
  await assert.rejects(publishInTime(publisher, message, 1_000), { code: 'unavailable' })
  assert.throws(() => checkPublishing(publisher, 1_000), { code: 'unavailable' })
  assert.equal(published(), 0)
  checkPublishing(publisher, 1_001)
})
