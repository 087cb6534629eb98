// With the outbox producer_order accepts orders only while its store holds every order that it has accepted.
// broker-gone.test.ts has the tests in which Kafka dies.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound } from '#conformance/assert-sound.ts'
import { startSystem } from '#conformance/test-system.ts'
import { streamingKafka } from '../lab/model.ts'
import {
  call,
  NOWHERE,
  order,
  placeMany,
  PRODUCER,
  restartUnhealthy,
  showOrder,
  startUnhealthy,
  untilHealthAnswers,
} from './support/system.ts'

test('with a store that is new, wiped, or was used without the outbox no order is accepted before the log is read', async t => {
  const own: Record<string, string> = { OUTBOX: 'on', KAFKA_BROKERS: NOWHERE }
  const system = await startSystem(t, streamingKafka, { environments: { [PRODUCER]: own }, started: [] })
  const kafka = system.deployment.broker.kafka ?? ''
  const base = system.url(PRODUCER)
  const place = (user: string, sku = 'burger') => call(`${base}/order`, 'POST', order(user, 'main', sku), 'key')
  const assertRefused = async () => {
    const { status, body } = await place('ada', 'pizza')
    assert.deepEqual([status, body.code], [503, 'unavailable'])
  }
  const restartWith = async (change: Record<string, string>) => {
    Object.assign(own, change)
    await restartUnhealthy(system)
  }

  await startUnhealthy(system)
  await assertRefused()
  await restartWith({ KAFKA_BROKERS: kafka })
  for (const { name } of streamingKafka.services) if (name !== PRODUCER) await system.start(name)
  await untilHealthAnswers(system, 200)
  const placed = await place('ada')
  assert.equal(placed.status, 202)
  await system.untilQuiescent(1)

  await system.kill(PRODUCER)
  await system.wipe(PRODUCER)
  await restartWith({ KAFKA_BROKERS: NOWHERE })
  await assertRefused()
  await restartWith({ KAFKA_BROKERS: kafka })
  await untilHealthAnswers(system, 200)
  assert.equal((await place('ada', 'pizza')).status, 422, 'its key was not restored from the log')
  assert.equal((await showOrder(system, String(placed.body.orderId))).body.status, 'reserved')

  await restartWith({ OUTBOX: 'off' })
  await untilHealthAnswers(system, 200)
  assert.equal((await place('bob')).status, 202)
  await restartWith({ OUTBOX: 'on', KAFKA_BROKERS: NOWHERE })
  await assertRefused()
  await restartWith({ KAFKA_BROKERS: kafka })
  await untilHealthAnswers(system, 200)
  await restartWith({ KAFKA_BROKERS: NOWHERE })
  assert.equal((await place('cyd')).status, 202, 'a store with the bootstrap marker needs a broker')
})

test('a store with events in its outbox is refused without the outbox, and publishes them with it', async t => {
  const own: Record<string, string> = { OUTBOX: 'on' }
  const system = await startSystem(t, streamingKafka, { environments: { [PRODUCER]: own } })
  own.KAFKA_BROKERS = NOWHERE
  await restartUnhealthy(system)
  const answers = await placeMany(system.url(PRODUCER), 3, 'ada')
  assert.ok(answers.every(({ status }) => status === 202))
  await system.kill(PRODUCER)
  own.OUTBOX = 'off'
  await assert.rejects(system.start(PRODUCER), /its outbox holds events of accepted orders; start it with OUTBOX=on/)
  own.OUTBOX = 'on'
  own.KAFKA_BROKERS = system.deployment.broker.kafka ?? ''
  await system.start(PRODUCER)
  assertSound(await system.untilQuiescent(3))
})
