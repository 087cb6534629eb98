// Every request between the services is sent twice, by the lab.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { anOrder, ask, place, viewIn } from '#conformance/client.ts'
import { assertReservedOnce, decided } from '#conformance/order-facts.ts'
import { startSystem } from '#conformance/test-system.ts'
import { waitFor } from '#host/wait-for.ts'
import { syncRest } from '../lab/model.ts'
import { COPY } from '../order_service/duplicator.ts'
import { operationsOf, type RestOperations } from '../lab/operations.ts'
import { problem, reset, says, text, type Treat } from './support/fake-peer.ts'
import { openOrderService, type OrderService } from './support/order-service.ts'

const duplicatorOf = (operations: RestOperations) => ({
  start: () => operations['start-duplicator']({}),
  stop: () => operations['stop-duplicator']({}),
})

const duplicatorBehind = ({ url }: OrderService) => duplicatorOf(operationsOf({ url: () => url }))

const isCopy = ({ headers }: { headers: object }): boolean => COPY in headers

/** Copies are treated in a way of their own. */
const treatCopies =
  (own: Treat, copies: Treat): Treat =>
  (response, asked) =>
    (isCopy(asked) ? copies : own)(response, asked)

test('meanwhile every request, a release too, comes twice with its own bytes and headers, and none before or after', async () => {
  await using service = await openOrderService()
  const { inventory, notification } = service
  const { start, stop } = duplicatorBehind(service)
  const before = service.place()
  assert.equal((await before.reply).status, 201)
  await start()
  const during = service.place()
  assert.equal((await during.reply).status, 201)
  inventory.treat['/reserve'] = text(500, 'broken')
  const failed = service.place()
  assert.equal((await failed.reply).status, 502)
  await inventory.askedFor('/release', failed.orderId, 2)
  assert.deepEqual(await stop(), { duplicates: 4 })
  inventory.treat['/reserve'] = says('reserved')
  const after = service.place()
  assert.equal((await after.reply).status, 201)

  const asked = [...inventory.asked, ...notification.asked]
  const copies = asked.filter(isCopy)
  const expected = ['/reserve', '/send'].map(path => `${path} ${during.orderId}`)
  expected.push(...['/reserve', '/release'].map(path => `${path} ${failed.orderId}`))
  assert.deepEqual(copies.map(({ path, orderId }) => `${path} ${orderId}`).toSorted(), expected.toSorted())
  for (const { headers, ...copy } of copies) {
    const { [COPY]: _, ...own } = headers
    const firsts = asked.filter(one => !isCopy(one) && one.path === copy.path && one.orderId === copy.orderId)
    assert.deepEqual(firsts, [{ ...copy, headers: own }])
  }
})

test('whatever a copy is answered, the client is told what the request was, and nothing follows from it', async () => {
  await using service = await openOrderService({ BREAKER_FAILURES: '1' })
  const { inventory, notification } = service
  const { start, stop } = duplicatorBehind(service)
  await start()
  for (const treatment of [text(500, 'broken'), problem(409, 'out-of-stock'), text(200, 'garbage'), reset]) {
    inventory.treat['/reserve'] = treatCopies(says('reserved'), treatment)
    notification.treat['/send'] = treatCopies(says('sent'), treatment)
    const { orderId, reply } = service.place()
    const { status, notification: confirmed } = viewIn(await reply)
    assert.deepEqual([status, confirmed], ['reserved', 'sent'])
    await notification.askedFor('/send', orderId, 2)
  }
  // A broken connection is no answer.
  assert.deepEqual(await stop(), { duplicates: 6 })
  await service.fence()
  assert.equal(inventory.ordersOf('/release').length, 1)
})

test('who ends the copying is answered when the last copy was, and counts it', async () => {
  await using service = await openOrderService()
  const { start, stop } = duplicatorBehind(service)
  const arrived = Promise.withResolvers<() => void>()
  const held: Treat = (response, asked) => arrived.resolve(() => says('sent')(response, asked))
  service.notification.treat['/send'] = treatCopies(says('sent'), held)
  await start()
  const { orderId, reply } = service.place()
  assert.equal((await reply).status, 201)
  await service.notification.askedFor('/send', orderId, 2)
  const answer = await arrived.promise
  let isOver = false
  const ended = stop().finally(() => (isOver = true))
  const isOff = async () => /"duplicate":\{"setting":null/.test((await ask(`${service.url}/faults`)).text)
  await waitFor(isOff, { deadlineMs: 30_000, everyMs: 5, what: 'the copying to be switched off' })
  assert.equal(isOver, false)
  answer()
  assert.deepEqual(await ended, { duplicates: 2 })
})

test('orders whose every request comes twice are decided and confirmed once', async t => {
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
