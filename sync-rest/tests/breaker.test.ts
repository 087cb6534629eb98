// The breaker spares an inventory that fails: it counts failures of /reserve alone, and lets one call through to see.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, problemIn } from '#conformance/client.ts'
import { waitFor } from '#host/wait-for.ts'
import { problem, says, text, type Treat } from './support/fake-peer.ts'
import { openOrderService, type OrderService } from './support/order-service.ts'

const FAILURES = 3
const environment = { BREAKER_FAILURES: String(FAILURES), BREAKER_OPEN_MS: '60000', RESERVE_DEADLINE_MS: '5000' }

const broken = text(500, 'broken')

function treat({ inventory }: OrderService, path: string, treatment: Treat): void {
  inventory.treat = { ...inventory.treat, [path]: treatment }
}

async function failUntilOpen(service: OrderService): Promise<string[]> {
  treat(service, '/reserve', broken)
  const failed = Array.from({ length: FAILURES }, () => service.place())
  for (const { reply } of failed) assert.equal((await reply).status, 502)
  return failed.map(({ orderId }) => orderId)
}

test('an open breaker answers 503 without asking inventory, nothing is released, and health says so', async () => {
  await using service = await openOrderService(environment)
  const failed = await failUntilOpen(service)
  const { orderId, reply } = service.place()
  const answer = await reply
  const told = problemIn(answer)
  assert.deepEqual([told.status, told.code, told.orderId], [503, 'inventory-unavailable', orderId])
  assert.match(told.detail, /breaker is open/)
  assert.match(String(answer.headers['retry-after']), /^\d+$/)
  assert.deepEqual(service.inventory.ordersOf('/reserve').toSorted(), failed.toSorted())
  const health = await ask(`${service.url}/health`)
  assert.equal(health.status, 503)
  assert.match(health.text, /breaker is open/)
  // Releases pass the open breaker: those of the failed orders come, and none of the one that was not asked.
  for (const id of failed) await service.inventory.askedFor('/release', id)
  assert.ok(!service.inventory.ordersOf('/release').includes(orderId))
})

test('the breaker counts no 4xx', async () => {
  await using service = await openOrderService(environment)
  for (const refusal of [problem(409, 'out-of-stock'), problem(400, 'malformed')]) {
    treat(service, '/reserve', refusal)
    for (let time = 0; time < 2 * FAILURES; time++) await service.place().reply
  }
  assert.equal(service.inventory.ordersOf('/reserve').length, 4 * FAILURES)
  treat(service, '/reserve', says('reserved'))
  assert.equal((await service.place().reply).status, 201)
})

test('a success in between begins the count anew', async () => {
  await using service = await openOrderService(environment)
  for (let round = 0; round < 3; round++) {
    treat(service, '/reserve', broken)
    for (let time = 1; time < FAILURES; time++) assert.equal((await service.place().reply).status, 502)
    treat(service, '/reserve', says('reserved'))
    assert.equal((await service.place().reply).status, 201)
  }
})

test('the breaker counts no releases: they fail, and orders are reserved', async () => {
  await using service = await openOrderService(environment)
  treat(service, '/release', broken)
  treat(service, '/reserve', broken)
  const { orderId, reply } = service.place()
  await reply
  treat(service, '/reserve', says('reserved'))
  await service.inventory.askedFor('/release', orderId, 2 * FAILURES)
  assert.equal((await service.place().reply).status, 201)
})

test('after its time the breaker lets one call through: while that is under way nobody else is asked', async () => {
  await using service = await openOrderService({ ...environment, BREAKER_OPEN_MS: '300' })
  await failUntilOpen(service)
  const probes: ((treatment: Treat) => void)[] = []
  treat(service, '/reserve', (response, asked) => void probes.push(treatment => treatment(response, asked)))
  const before = service.inventory.ordersOf('/reserve').length
  const asks = () => service.inventory.ordersOf('/reserve').length - before
  const probing = async (): Promise<void> => {
    const what = 'the breaker to let one through'
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
  assert.equal(asks(), 1)
  // It fails: the breaker is open again, and the others were never asked.
  probes.pop()?.(broken)
  for (const { reply } of others) assert.equal((await reply).status, 503)
  assert.equal(asks(), 1)

  // The next one succeeds, and the breaker is closed.
  await probing()
  probes.pop()?.(says('reserved'))
  treat(service, '/reserve', says('reserved'))
  await waitFor(async () => (await service.place().reply).status === 201, {
    deadlineMs: 60_000,
    what: 'a closed breaker',
  })
  assert.equal((await ask(`${service.url}/health`)).status, 200)
})

test('without the breaker inventory is asked however often it failed', async () => {
  await using service = await openOrderService({ ...environment, BREAKER: 'off' })
  treat(service, '/reserve', broken)
  for (let time = 0; time < 4 * FAILURES; time++) assert.equal((await service.place().reply).status, 502)
  assert.equal(service.inventory.ordersOf('/reserve').length, 4 * FAILURES)
})
