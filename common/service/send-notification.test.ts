import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testContext } from '../testing/context.ts'
import { memoryNotifications } from '../testing/memory-store.ts'
import type { NotificationsTx, Store } from '../workflow/store.ts'
import { sendOnce } from './send-notification.ts'

test('an order that comes twice is confirmed once', async () => {
  const tx = memoryNotifications()
  const send = sendOnce({ transact: async work => work(tx) })
  await send({ orderId: 'o', userId: 'u' }, testContext())
  await send({ orderId: 'o', userId: 'u' }, testContext())
  assert.deepEqual(tx.sent, ['o'])
})

test('a notification that the store could not keep was not sent', async () => {
  const full: Store<NotificationsTx> = { transact: () => Promise.reject(new Error('the disk is full')) }
  await assert.rejects(sendOnce(full)({ orderId: 'o', userId: 'u' }, testContext()), /the disk is full/)
})
