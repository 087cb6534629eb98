import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from '#common/service/log.ts'
import { memoryNotifications } from '#common/testing/memory-store.ts'
import type { NotificationsTx, Store } from '#common/workflow/store.ts'
import { send } from './send-notification.ts'

const reserved = { orderId: 'o', userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] }
const context = { correlationId: 'c', signal: new AbortController().signal, log: createLog('test', 'silent') }

test('one order is confirmed once, however often it is told of', async () => {
  const tx = memoryNotifications()
  const sending = send({ transact: async work => work(tx) }, () => {})
  await sending(reserved, context)
  await sending(reserved, context)
  assert.deepEqual(tx.sent, ['o'])
})

test('a notification is not done with before the store has kept it', async () => {
  const full: Store<NotificationsTx> = { transact: () => Promise.reject(new Error('the disk is full')) }
  await assert.rejects(send(full, () => {})(reserved, context), /the disk is full/)
})
