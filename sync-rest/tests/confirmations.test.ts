// Once reserved, an order will be confirmed: the answer is 201, and the notification is sent until it is acknowledged.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { viewIn } from '#conformance/client.ts'
import { half, hang, problem, reset, answers, text, type Responder } from './support/fake-peer.ts'
import { openOrderService } from './support/order-service.ts'

const environment = { SEND_DEADLINE_MS: '300' }

const WAYS: Record<string, Responder> = {
  'answers 500': text(500, 'broken'),
  'answers garbage': text(200, 'garbage'),
  'answers for another status': answers('released'),
  'refuses it': problem(409, 'order-conflict'),
  'breaks the connection': reset,
  'breaks off half-way': half,
  'does not answer': hang,
}

for (const [what, send] of Object.entries(WAYS)) {
  test(`notification ${what}: 201 with the notification pending, repeated until it is acknowledged`, async () => {
    await using service = await openOrderService(environment)
    service.notification.responders['/send'] = send
    const { orderId, reply, again } = service.place()
    const answer = await reply
    assert.equal(answer.status, 201)
    const pending = { orderId, status: 'reserved', notification: 'pending' }
    assert.deepEqual(viewIn(answer), pending)
    assert.deepEqual(viewIn(await again()), pending)
    await service.notification.receives('/send', orderId, 3)
    assert.deepEqual(await service.show(orderId), pending)
    service.notification.responders['/send'] = answers('sent')
    await service.shows(orderId, ({ notification }) => notification === 'sent')
    assert.deepEqual(service.inventory.ordersOf('/reserve'), [orderId])
    await service.fence()
    assert.ok(!service.inventory.ordersOf('/release').includes(orderId))
  })
}

test('a pending confirmation survives SIGKILL, and is sent until it is acknowledged', async () => {
  await using service = await openOrderService({ SEND_DEADLINE_MS: '10000' })
  service.notification.responders['/send'] = reset
  const placing = Array.from({ length: 20 }, () => service.place())
  for (const { reply } of placing) assert.equal(viewIn(await reply).notification, 'pending')
  await service.kill()
  service.notification.requests.length = 0
  service.notification.responders['/send'] = answers('sent')
  await service.start()
  for (const { orderId } of placing) await service.shows(orderId, ({ notification }) => notification === 'sent')
  assert.deepEqual(service.notification.ordersOf('/send').toSorted(), placing.map(({ orderId }) => orderId).toSorted())
})

test('notification refuses connections: 201 with the notification pending, and sent when it is back', async () => {
  await using service = await openOrderService(environment)
  await service.notification.refuse()
  const { orderId, reply } = service.place()
  assert.equal(viewIn(await reply).notification, 'pending')
  await service.notification.listen()
  await service.shows(orderId, ({ notification }) => notification === 'sent')
})
