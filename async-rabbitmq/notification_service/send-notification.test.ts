import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inventoryEvent, type InventoryReserved } from '#common/contracts/events.ts'
import { testContext } from '#common/testing/context.ts'
import { sendAck } from './send-notification.ts'

const order = { orderId: 'o', userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] }
const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
const reserved = inventoryEvent(order, { status: 'reserved' }, happened) as InventoryReserved

test('the message is acked after the notification is on disk', async () => {
  const steps: string[] = []
  const handle = sendAck({
    send: async ({ orderId }) => void steps.push(`send ${orderId}`),
    afterCommit: () => steps.push('crash point'),
  })
  await handle(reserved, testContext(), () => steps.push('ack'))
  assert.deepEqual(steps, ['send o', 'crash point', 'ack'])
})

test('a notification that could not be stored leaves its message unacked', async () => {
  const send = () => Promise.reject(new Error('the disk is full'))
  const ack = () => assert.fail('acked')
  await assert.rejects(sendAck({ send, afterCommit() {} })(reserved, testContext(), ack), /the disk is full/)
})
