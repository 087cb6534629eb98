import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { notificationsTables } from '../stores/notifications.ts'
import { testContext } from '../testing/context.ts'
import type { NotificationsTx, Store } from '../workflow/store.ts'
import { sendOnce } from './send-notification.ts'

test('an order is confirmed once, however often it comes', async () => {
  const tx = notificationsTables(new DatabaseSync(':memory:'))
  const send = sendOnce({ transact: async work => work(tx) })
  for (const orderId of ['a', 'a', 'b', 'a']) await send({ orderId, userId: 'ada' }, testContext())
  assert.deepEqual(
    tx.pageNotifications(0, 10).rows.map(({ orderId }) => orderId),
    ['a', 'b'],
  )
})

test('a notification that the store could not keep was not sent', async () => {
  const full: Store<NotificationsTx> = { transact: () => Promise.reject(new Error('the disk is full')) }
  await assert.rejects(sendOnce(full)({ orderId: 'o', userId: 'u' }, testContext()), /the disk is full/)
})
