// With the outbox producer_order takes orders from a store that holds all that it accepted, and from no other.
// What becomes of them when Kafka dies is in broker-gone.test.ts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streamingKafka } from '../lab/model.ts'
import { call, order, placeMany } from './support/client.ts'
import { NAME, restart, show, startUnhealthy, untilHealth } from './support/entry.ts'
import { assertSound, startTestSystem, type Environment } from './support/test-system.ts'

/** An address at which no broker is. */
const NOWHERE = '127.0.0.1:1'

test('a store that is new, was wiped, or has served without the outbox takes no order before it has read the log', async t => {
  const own: Record<string, string> = { OUTBOX: 'on', KAFKA_BROKERS: NOWHERE }
  const environment: Environment = { [NAME]: own }
  const stage = await startTestSystem(t, environment)
  const base = stage.runtime.url(NAME)
  const place = (user: string, sku = 'burger') => call(`${base}/order`, 'POST', order(user, 'main', sku), 'key')
  const assertRefused = async () => {
    const { status, body } = await place('ada', 'pizza')
    assert.deepEqual([status, body.code], [503, 'unavailable'])
  }
  const use = async (change: Record<string, string>) => {
    Object.assign(own, change)
    await restart(stage)
  }

  await startUnhealthy(stage)
  await assertRefused()
  await use({ KAFKA_BROKERS: stage.brokers })
  for (const { name } of streamingKafka.services) if (name !== NAME) await stage.runtime.start(name)
  await untilHealth(stage, 200)
  const placed = await place('ada')
  assert.equal(placed.status, 202)
  await stage.quiet(1)

  await stage.runtime.kill(NAME)
  await stage.wipe(NAME)
  await use({ KAFKA_BROKERS: NOWHERE })
  await assertRefused()
  await use({ KAFKA_BROKERS: stage.brokers })
  await untilHealth(stage, 200)
  assert.equal((await place('ada', 'pizza')).status, 422, 'its key is known from the log')
  assert.equal((await show(stage, String(placed.body.orderId))).body.status, 'reserved')

  await use({ OUTBOX: 'off' })
  await untilHealth(stage, 200)
  assert.equal((await place('bob')).status, 202)
  await use({ OUTBOX: 'on', KAFKA_BROKERS: NOWHERE })
  await assertRefused()
  await use({ KAFKA_BROKERS: stage.brokers })
  await untilHealth(stage, 200)
  await use({ KAFKA_BROKERS: NOWHERE })
  assert.equal((await place('cyd')).status, 202, 'a whole store needs no broker')
})

test('a store whose outbox still holds events is refused without the outbox, and hands them over with it', async t => {
  const own: Record<string, string> = { OUTBOX: 'on' }
  const stage = await startTestSystem(t, { [NAME]: own })
  await stage.startAll()
  own.KAFKA_BROKERS = NOWHERE
  await restart(stage)
  const answers = await placeMany(stage.runtime.url(NAME), 3, 'ada')
  assert.ok(answers.every(({ status }) => status === 202))
  await stage.runtime.kill(NAME)
  own.OUTBOX = 'off'
  await assert.rejects(stage.runtime.start(NAME), /its outbox holds events of accepted orders; start it with OUTBOX=on/)
  own.OUTBOX = 'on'
  own.KAFKA_BROKERS = stage.brokers
  await stage.runtime.start(NAME)
  assertSound(await stage.quiet(3))
})
