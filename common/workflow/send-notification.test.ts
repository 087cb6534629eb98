import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryNotifications } from '../testing/memory-store.ts'
import { sendNotification } from './send-notification.ts'

test('an order is confirmed once, however often it is requested', () => {
  const tx = memoryNotifications()
  const send = (orderId: string) => sendNotification(tx, { orderId, userId: 'ada' })
  assert.deepEqual([send('a'), send('a'), send('b'), send('a')], [true, false, true, false])
  assert.deepEqual(tx.sent, ['a', 'b'])
})
