// The event of an order is delivered again, in several ways: one decision, one notification.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { messageOf, openSystem, orderOf, repeatsIn } from './support/system.ts'

test('a repeated event, and another event of the same order, reserve and notify once, also after a restart', async t => {
  const system = await openSystem(t)
  const consumers = ['inventory_service', 'notification_service'] as const
  await system.start([...consumers])
  const order = orderOf('order-1')
  const untilRepeated = (count: number, what: string) =>
    waitFor(() => consumers.every(name => repeatsIn(system.logOf(name)) >= count), { deadlineMs: 30_000, what })

  await system.inspector.operations.redeliver({ orders: [order], times: 3 })
  await untilRepeated(2, 'two repeats')
  await system.inspector.operations.redeliver({ orders: [order], as: 'new', times: 2 })
  await untilRepeated(4, 'two more as new messages')
  for (const name of consumers) await system.kill(name)
  await system.start([...consumers])
  await system.inspector.operations.redeliver({ orders: [order], times: 2 })
  await untilRepeated(6, 'two more after the restart')
  await system.assertSound({ reserved: ['order-1'] })
})

test('the same order with other content decides nothing and is a dead letter at once', async t => {
  const system = await openSystem(t)
  await system.start(['inventory_service', 'notification_service'])
  const order = orderOf('order-2')
  await system.inspector.operations.redeliver({ orders: [order] })
  await system.untilNotified(1)
  await system.inspector.operations.redeliver({ orders: [{ ...order, items: [{ sku: 'pizza', quantity: 2 }] }] })
  const letters = await system.untilDeadLetters(1)
  assert.deepEqual(
    letters.map(({ reason, attempts, orderId, source }) => ({ reason, attempts, orderId, source })),
    [{ reason: 'order-conflict', attempts: 1, orderId: 'order-2', source: 'inventory.orders' }],
  )
  const raw = [messageOf('order-2', 'decided'), messageOf('order-2', 'dead-letter')]
  await system.assertSound({ reserved: ['order-2'], raw })
})
