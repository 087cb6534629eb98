// The real order_service tells a receiver what became of its orders.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, orderIdIn } from '#conformance/client.ts'
import { isGenuine, webhookKey } from '#common/contracts/webhook-signature.ts'
import { waitFor } from '#host/wait-for.ts'
import { type FakePeer, hang, problem, startReceiver, text } from './support/fake-peer.ts'
import { openOrderService, type OrderService } from './support/order-service.ts'

const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`

const told = ({ url }: FakePeer) => ({ WEBHOOK_URL: `${url}/told`, WEBHOOK_SECRET: SECRET })

const problemOf = async ({ url }: OrderService): Promise<string | undefined> => {
  const { text: view } = await ask(`${url}/health`)
  return (JSON.parse(view) as { problems: Record<string, string> }).problems.webhooks
}

test('an outcome that was stored when the service was killed is told after its next start, and once', async () => {
  await using receiver = await startReceiver()
  await using service = await openOrderService({ OUTBOX: 'on', ...told(receiver) })
  await receiver.refuse()
  const orderId = orderIdIn(await service.place().reply)
  await service.shows(orderId, ({ status }) => status === 'reserved')
  await service.kill()
  await receiver.listen()
  await service.start()
  await receiver.receives('/told', orderId)
  const { headers, body } = receiver.requests[0] ?? assert.fail()
  assert.ok(isGenuine(webhookKey(SECRET), headers, body))
  assert.deepEqual(JSON.parse(body), { orderId, status: 'reserved' })
  const other = orderIdIn(await service.place().reply)
  await receiver.receives('/told', other)
  assert.deepEqual(receiver.ordersOf('/told'), [orderId, other])
})

test('a webhook that was on its way when the service was killed is sent again', async () => {
  await using receiver = await startReceiver()
  receiver.responders['/told'] = hang
  await using service = await openOrderService({ OUTBOX: 'on', ...told(receiver) })
  service.inventory.responders['/reserve'] = problem(409, 'out-of-stock')
  const orderId = orderIdIn(await service.place().reply)
  await receiver.receives('/told', orderId)
  await service.kill()
  receiver.responders['/told'] = text(204, '')
  await service.start()
  await receiver.receives('/told', orderId, 2)
  const bodies = receiver.requests.map(({ body }) => JSON.parse(body))
  assert.deepEqual(new Set(bodies.map(({ reason }) => reason)), new Set(['out-of-stock']))
})

test('health names the webhooks that are due while the receiver is away, and stays green', async () => {
  await using receiver = await startReceiver()
  await using service = await openOrderService({ OUTBOX: 'on', ...told(receiver) })
  await receiver.refuse()
  orderIdIn(await service.place().reply)
  const isNamed = async () => (await problemOf(service))?.startsWith('1 due: ')
  await waitFor(isNamed, { deadlineMs: 10_000, everyMs: 10, what: 'health to name the webhook' })
  assert.equal((await ask(`${service.url}/health`)).status, 200)
  await receiver.listen()
  const isQuiet = async () => (await problemOf(service)) === undefined
  await waitFor(isQuiet, { deadlineMs: 10_000, everyMs: 10, what: 'health to name none' })
})

test('without the outbox, orders whose answer carried the outcome are told too, those that failed as well', async () => {
  await using receiver = await startReceiver()
  await using service = await openOrderService(told(receiver))
  const reserved = orderIdIn(await service.place().reply)
  service.inventory.responders['/reserve'] = text(500, 'broken')
  const failed = service.place()
  assert.equal((await failed.reply).status, 502)
  for (const orderId of [reserved, failed.orderId]) await receiver.receives('/told', orderId)
  const bodies = receiver.requests.map(({ body }) => JSON.parse(body))
  assert.deepEqual(bodies, [
    { orderId: reserved, status: 'reserved' },
    { orderId: failed.orderId, status: 'failed', reason: 'inventory-broke' },
  ])
})

test('a receiver without a secret is refused at the start in one sentence', async () => {
  await using service = await openOrderService()
  await service.kill()
  service.environment.WEBHOOK_URL = 'http://127.0.0.1:1/'
  await assert.rejects(service.start(), /WEBHOOK_SECRET is not set/)
})
