// Kafka is away at the start, dies under load, and comes back. These tests kill it, so they share one of their own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isQuiescent, readEvidence } from '#engine/run/evidence.ts'
import { waitFor } from '#host/wait-for.ts'
import { brokerToBreak } from '#infra/testing/test-broker.ts'
import { assertSound } from '#conformance/assert-sound.ts'
import { startSystem } from '#conformance/test-system.ts'
import { streamingKafka } from '../lab/model.ts'
import {
  type Answer,
  call,
  type KafkaSystem,
  order,
  orderIdOf,
  placeMany,
  PRODUCER,
  recordsOf,
  restartUnhealthy,
  showOrder,
  untilHealthAnswers,
} from './support/system.ts'

const ownKafka = brokerToBreak('kafka')
const NAMES = streamingKafka.services.map(({ name }) => name)

/** Those that an order passes. */
const FLOW = NAMES.filter(name => name !== 'analytics_consumer')

const untilAllHealthAnswers = (system: KafkaSystem, status: number) =>
  waitFor(
    async () => {
      const answers = NAMES.map(name => call(`${system.url(name)}/health`, 'GET').catch(() => undefined))
      return (await Promise.all(answers)).every(answer => answer?.status === status)
    },
    { deadlineMs: 30_000, what: `every health to answer ${status}` },
  )

test('a broker that comes late, dies under load and comes back turns health red, and no order is lost or duplicated', async t => {
  const { address, broker } = ownKafka(t)
  await broker.kill()
  const system = await startSystem(t, streamingKafka, { broker: { kafka: address }, started: [] })
  const base = system.url('producer_order')
  const starting = system.start()
  starting.catch(() => {}) // awaited below
  await untilAllHealthAnswers(system, 503)
  const early = await call(`${base}/order`, 'POST', order('ada', 'main'))
  assert.deepEqual([early.status, early.body.code], [503, 'unavailable'])
  for (const name of NAMES) {
    const log = system.logOf(name)
    const pieces = [...log.matchAll(/"piece":"([^"]+)","problem"/g)].map(([, piece]) => piece)
    assert.equal(pieces.length, new Set(pieces).size, `${name} logged the same problem twice: ${log}`)
  }
  await broker.start()
  await starting

  const answers: Promise<Answer>[] = []
  const place = (count: number) => {
    for (let i = 0; i < count; i++) {
      const index = answers.length
      answers.push(call(`${base}/order`, 'POST', order(`user-${index}`, `kitchen-${index % 7}`), `key-${index}`))
    }
  }
  place(100)
  await Promise.all(answers)
  const killed = broker.kill()
  place(50)
  await killed
  await untilAllHealthAnswers(system, 503)
  place(10)
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  assert.ok(statuses.slice(0, 100).every(status => status === 202))
  assert.ok(
    statuses.slice(100).every(status => [202, 503, 504].includes(status)),
    String(statuses.slice(100)),
  )
  assert.ok(
    statuses.slice(150).every(status => status === 503 || status === 504),
    String(statuses.slice(150)),
  )

  await broker.start()
  await untilAllHealthAnswers(system, 200)
  const count = answers.length
  const again = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      call(`${base}/order`, 'POST', order(`user-${i}`, `kitchen-${i % 7}`), `key-${i}`),
    ),
  )
  for (const [index, { status }] of again.entries()) {
    const before = statuses[index]
    // It was accepted: the service knows it. It was refused with 503: nothing happened, so it is placed now.
    if (before === 202) assert.ok(status === 200 || status === 409, `order ${index} was lost: ${status}`)
    if (before === 503) assert.equal(status, 202, `order ${index} was refused with 503 and exists`)
  }
  const evidence = await system.untilQuiescent(count)
  assert.equal(evidence.orders.length, count)
  assertSound(evidence)
})

test('an order that was answered 504 counts as on its way until Kafka is back and the order is shown', async t => {
  const { address, broker } = ownKafka(t)
  const system = await startSystem(t, streamingKafka, { broker: { kafka: address }, started: FLOW })
  const base = system.url('producer_order')
  await placeMany(base, 50, 'before')
  assert.equal((await system.untilQuiescent(50)).onTheirWay, 0)

  await broker.kill()
  const answers = await placeMany(base, 50, 'unknown')
  const unknown = answers.filter(({ status }) => status === 504)
  assert.ok(unknown.length > 0, 'no client was answered 504')
  assert.ok(answers.every(({ status }) => status === 503 || status === 504))
  // The services hold their own evidence; the dead letters are in the broker, which is away.
  const away = await readEvidence(streamingKafka, system.runtime, { ...system.inspector, deadLetters: async () => [] })
  assert.equal(away.orders.length, 50)
  assert.equal(away.onTheirWay, unknown.length)
  assert.equal(isQuiescent(away), false)
  assert.equal(isQuiescent({ ...away, onTheirWay: 0 }), true, 'something else was not quiet')

  await broker.start()
  const end = await system.untilQuiescent()
  const shown = new Set(end.orders.map(({ orderId }) => orderId))
  for (const { body } of unknown)
    assert.ok(shown.has(String(body.orderId)), `${String(body.orderId)} was shown after the end`)
  assert.equal(shown.size, 50 + unknown.length)
  assertSound(end)
})

const ids = (answers: Answer[]): string[] => answers.map(({ body }) => String(body.orderId))

test('with the outbox orders are accepted while Kafka is away, also across a restart, and none is lost or duplicated', async t => {
  const { address, broker } = ownKafka(t)
  const system = await startSystem(t, streamingKafka, {
    broker: { kafka: address },
    environments: { [PRODUCER]: { OUTBOX: 'on' } },
    started: FLOW,
  })
  const base = system.url(PRODUCER)
  const answers = await placeMany(base, 50, 'before')
  await system.untilQuiescent(50)

  const killed = broker.kill()
  answers.push(...(await placeMany(base, 50, 'dying')))
  await killed
  await untilHealthAnswers(system, 503)
  answers.push(...(await placeMany(base, 50, 'away')))
  await restartUnhealthy(system)
  assert.equal((await call(`${base}/health`, 'GET')).status, 503)
  answers.push(...(await placeMany(base, 50, 'restarted')))
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [202])

  const [away] = ids(answers).slice(100)
  assert.equal((await showOrder(system, String(away))).body.status, 'pending')
  const again = await placeMany(base, 50, 'away')
  assert.deepEqual(ids(again), ids(answers).slice(100, 150))
  assert.deepEqual([...new Set(again.map(({ body }) => body.code))], ['order-undecided'])
  assert.equal((await call(`${base}/order`, 'POST', order('away', 'elsewhere'), 'away-0')).status, 422)

  await broker.start()
  await untilHealthAnswers(system, 200)
  const evidence = await system.untilQuiescent(200)
  assert.deepEqual(evidence.orders.map(({ orderId }) => orderId).sort(), ids(answers).toSorted())
  assertSound(evidence)
  const decided = await placeMany(base, 50, 'away')
  assert.deepEqual([...new Set(decided.map(({ status }) => status))], [200])
  await assertFirstRecordsInSequence(system)
})

/** The first records of a kitchen's orders are in the log in the sequence in which the orders were stored. */
async function assertFirstRecordsInSequence(system: KafkaSystem): Promise<void> {
  const records = await recordsOf(system, 'orders')
  const kitchens = Map.groupBy(records, ({ key }) => key)
  const { orders } = await system.evidence()
  for (const [kitchen, held] of kitchens) {
    const firsts = new Set(held.map(orderIdOf))
    const stored = orders.filter(({ kitchenId }) => kitchenId === kitchen).map(({ orderId }) => orderId)
    assert.deepEqual([...firsts], stored, `kitchen ${kitchen}`)
  }
}
