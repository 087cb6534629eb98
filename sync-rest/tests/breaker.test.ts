// The breaker spares an inventory that fails: it counts failures of /reserve alone, and lets one call through as a probe.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, problemIn } from '#conformance/client.ts'
import { waitFor } from '#host/wait-for.ts'
import { problem, answers, text, type Responder } from './support/fake-peer.ts'
import { openOrderService, type OrderService } from './support/order-service.ts'

const FAILURES = 3
const environment = { BREAKER_FAILURES: String(FAILURES), BREAKER_OPEN_MS: '60000', RESERVE_DEADLINE_MS: '5000' }

const broken = text(500, 'broken')

async function failUntilOpen(service: OrderService): Promise<string[]> {
  service.inventory.responders['/reserve'] = broken
  const failed = Array.from({ length: FAILURES }, () => service.place())
  for (const { reply } of failed) assert.equal((await reply).status, 502)
  return failed.map(({ orderId }) => orderId)
}

test('with an open breaker the answer is 503 without a trace of the order, and health lists it without turning red', async () => {
  await using service = await openOrderService(environment)
  const before = service.place()
  assert.equal((await before.reply).status, 201)
  const failed = await failUntilOpen(service)
  const { orderId, reply, again } = service.place()
  const answer = await reply
  const document = problemIn(answer)
  assert.deepEqual([document.status, document.code], [503, 'inventory-unavailable'])
  assert.match(document.detail, /breaker is open/)
  assert.match(String(answer.headers['retry-after']), /^\d+$/)
  assert.deepEqual(service.inventory.ordersOf('/reserve').toSorted(), [before.orderId, ...failed].toSorted())
  assert.equal((await before.again()).status, 201, 'a repeated key needs no inventory')
  const health = await ask(`${service.url}/health`)
  assert.equal(health.status, 200)
  assert.match(health.text, /"inventory":"the breaker is open"/)
  // Releases pass the open breaker: those of the failed orders come, and none of the one that was not sent.
  for (const id of failed) await service.inventory.receives('/release', id)
  assert.ok(!service.inventory.ordersOf('/release').includes(orderId))
  assert.equal((await ask(`${service.url}/order/${orderId}`)).status, 404)
  assert.equal((await again()).status, 503, 'asked again it is answered anew')
})

test('the breaker counts no 4xx', async () => {
  await using service = await openOrderService(environment)
  for (const refusal of [problem(409, 'out-of-stock'), problem(400, 'malformed')]) {
    service.inventory.responders['/reserve'] = refusal
    for (let time = 0; time < 2 * FAILURES; time++) await service.place().reply
  }
  assert.equal(service.inventory.ordersOf('/reserve').length, 4 * FAILURES)
  service.inventory.responders['/reserve'] = answers('reserved')
  assert.equal((await service.place().reply).status, 201)
})

test('a success between failures resets the count', async () => {
  await using service = await openOrderService(environment)
  for (let round = 0; round < 3; round++) {
    service.inventory.responders['/reserve'] = broken
    for (let time = 1; time < FAILURES; time++) assert.equal((await service.place().reply).status, 502)
    service.inventory.responders['/reserve'] = answers('reserved')
    assert.equal((await service.place().reply).status, 201)
  }
})

test('refusals between failures end the row of failures', async () => {
  await using service = await openOrderService(environment)
  for (let round = 0; round < 3; round++) {
    service.inventory.responders['/reserve'] = broken
    for (let time = 1; time < FAILURES; time++) assert.equal((await service.place().reply).status, 502)
    service.inventory.responders['/reserve'] = problem(409, 'out-of-stock')
    assert.equal((await service.place().reply).status, 409)
  }
})

test('failing releases do not open the breaker', async () => {
  await using service = await openOrderService(environment)
  service.inventory.responders['/release'] = broken
  service.inventory.responders['/reserve'] = broken
  const { orderId, reply } = service.place()
  await reply
  service.inventory.responders['/reserve'] = answers('reserved')
  await service.inventory.receives('/release', orderId, 2 * FAILURES)
  assert.equal((await service.place().reply).status, 201)
})

test('an open breaker lets one call through after its time, and no other while that is in flight', async () => {
  await using service = await openOrderService({ ...environment, BREAKER_OPEN_MS: '300' })
  await failUntilOpen(service)
  const probes: ((respond: Responder) => void)[] = []
  service.inventory.responders['/reserve'] = (response, request) =>
    void probes.push(respond => respond(response, request))
  const before = service.inventory.ordersOf('/reserve').length
  const calls = () => service.inventory.ordersOf('/reserve').length - before
  const probing = async (): Promise<void> => {
    const what = 'the breaker to let a call through'
    await waitFor(
      () => {
        void service.place().reply.catch(() => {})
        return probes.length > 0
      },
      { deadlineMs: 30_000, everyMs: 50, what },
    )
  }
  await probing()
  const others = Array.from({ length: 5 }, () => service.place())
  await Promise.all(others.map(({ orderId }) => service.shows(orderId, () => true).catch(() => {})))
  assert.equal(calls(), 1)
  // It fails: the breaker is open again, and the others were never sent.
  probes.pop()?.(broken)
  for (const { reply } of others) assert.equal((await reply).status, 503)
  assert.equal(calls(), 1)

  // The next one succeeds, and the breaker is closed.
  await probing()
  probes.pop()?.(answers('reserved'))
  service.inventory.responders['/reserve'] = answers('reserved')
  await waitFor(async () => (await service.place().reply).status === 201, {
    deadlineMs: 60_000,
    what: 'a closed breaker',
  })
  assert.equal((await ask(`${service.url}/health`)).status, 200)
})

test('without the breaker inventory is called however often it failed', async () => {
  await using service = await openOrderService({ ...environment, BREAKER: 'off' })
  service.inventory.responders['/reserve'] = broken
  for (let time = 0; time < 4 * FAILURES; time++) assert.equal((await service.place().reply).status, 502)
  assert.equal(service.inventory.ordersOf('/reserve').length, 4 * FAILURES)
})
