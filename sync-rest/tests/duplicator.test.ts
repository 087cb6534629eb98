// The fault that sends every request between the services twice.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { anOrder, ask, place, viewIn } from '#conformance/client.ts'
import { assertReservedOnce, decided } from '#conformance/order-facts.ts'
import { startSystem } from '#conformance/test-system.ts'
import { waitFor } from '#host/wait-for.ts'
import { syncRest } from '../lab/model.ts'
import { DUPLICATE } from '../order_service/duplicator.ts'
import { operationsOf, type RestOperations } from '../lab/operations.ts'
import { problem, reset, answers, text, type Responder } from './support/fake-peer.ts'
import { openOrderService, type OrderService } from './support/order-service.ts'

const duplicatorOf = (operations: RestOperations) => ({
  start: () => operations['start-duplicator']({}),
  stop: () => operations['stop-duplicator']({}),
})

const duplicatorBehind = ({ url }: OrderService) => duplicatorOf(operationsOf({ url: () => url }))

const isDuplicate = ({ headers }: { headers: object }): boolean => DUPLICATE in headers

/** Duplicates are answered in a way of their own. */
const answerDuplicates =
  (own: Responder, duplicates: Responder): Responder =>
  (response, request) =>
    (isDuplicate(request) ? duplicates : own)(response, request)

test('between start and stop every request, a release too, arrives twice with its own bytes and headers', async () => {
  await using service = await openOrderService()
  const { inventory, notification } = service
  const { start, stop } = duplicatorBehind(service)
  const before = service.place()
  assert.equal((await before.reply).status, 201)
  await start()
  const during = service.place()
  assert.equal((await during.reply).status, 201)
  inventory.responders['/reserve'] = text(500, 'broken')
  const failed = service.place()
  assert.equal((await failed.reply).status, 502)
  await inventory.receives('/release', failed.orderId, 2)
  assert.deepEqual(await stop(), { duplicates: 4 })
  inventory.responders['/reserve'] = answers('reserved')
  const after = service.place()
  assert.equal((await after.reply).status, 201)

  const requests = [...inventory.requests, ...notification.requests]
  const duplicates = requests.filter(isDuplicate)
  const expected = ['/reserve', '/send'].map(path => `${path} ${during.orderId}`)
  expected.push(...['/reserve', '/release'].map(path => `${path} ${failed.orderId}`))
  assert.deepEqual(duplicates.map(({ path, orderId }) => `${path} ${orderId}`).toSorted(), expected.toSorted())
  for (const { headers, ...duplicate } of duplicates) {
    const { [DUPLICATE]: _, ...own } = headers
    const firsts = requests.filter(
      one => !isDuplicate(one) && one.path === duplicate.path && one.orderId === duplicate.orderId,
    )
    assert.deepEqual(firsts, [{ ...duplicate, headers: own }])
  }
})

test('whatever a duplicate is answered, the client gets the answer to the request, and nothing follows from the duplicate', async () => {
  await using service = await openOrderService({ BREAKER_FAILURES: '1' })
  const { inventory, notification } = service
  const { start, stop } = duplicatorBehind(service)
  await start()
  for (const respond of [text(500, 'broken'), problem(409, 'out-of-stock'), text(200, 'garbage'), reset]) {
    inventory.responders['/reserve'] = answerDuplicates(answers('reserved'), respond)
    notification.responders['/send'] = answerDuplicates(answers('sent'), respond)
    const { orderId, reply } = service.place()
    const { status, notification: confirmed } = viewIn(await reply)
    assert.deepEqual([status, confirmed], ['reserved', 'sent'])
    await notification.receives('/send', orderId, 2)
  }
  // A broken connection is no answer.
  assert.deepEqual(await stop(), { duplicates: 6 })
  await service.fence()
  assert.equal(inventory.ordersOf('/release').length, 1)
})

test('a stop is answered when the last duplicate was, and counts it', async () => {
  await using service = await openOrderService()
  const { start, stop } = duplicatorBehind(service)
  const arrived = Promise.withResolvers<() => void>()
  const held: Responder = (response, request) => arrived.resolve(() => answers('sent')(response, request))
  service.notification.responders['/send'] = answerDuplicates(answers('sent'), held)
  await start()
  const { orderId, reply } = service.place()
  assert.equal((await reply).status, 201)
  await service.notification.receives('/send', orderId, 2)
  const answer = await arrived.promise
  let isOver = false
  const ended = stop().finally(() => (isOver = true))
  const isOff = async () => /"duplicate":\{"setting":null/.test((await ask(`${service.url}/faults`)).text)
  await waitFor(isOff, { deadlineMs: 30_000, everyMs: 5, what: 'the duplicator to be off' })
  assert.equal(isOver, false)
  answer()
  assert.deepEqual(await ended, { duplicates: 2 })
})

test('orders whose every request arrives twice are decided and confirmed once', async t => {
  const system = await startSystem(t, syncRest)
  const { start, stop } = duplicatorOf(system.inspector.operations)
  await start()
  const replies = await Promise.all(Array.from({ length: 20 }, () => place(system, anOrder(), randomUUID())))
  const ids = replies.map(reply => viewIn(reply).orderId)
  assert.deepEqual(await stop(), { duplicates: 40 })
  for (const name of ['inventory_service', 'notification_service'])
    assert.equal(system.logOf(name).match(/"isNew":false/g)?.length, 20, name)
  for (const facts of await decided(system, ...ids)) assertReservedOnce(facts, { burger: 1 })
})
