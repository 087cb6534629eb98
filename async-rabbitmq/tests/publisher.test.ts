// Messages that the broker does not confirm.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHealth } from '#common/service/health.ts'
import { createOccupancy } from '#common/service/occupancy.ts'
import { createLog } from '#common/service/log.ts'
import { connectBroker, openConnection } from '../broker/broker.ts'
import { openPublisher } from '../broker/publisher.ts'
import { openProxy } from './support/proxy.ts'
import { brokerUrl, openSystem } from './support/system.ts'

test('a message that waits for its confirm is unknown once its channel is gone, and a later one is refused at once', async t => {
  const connection = openConnection(brokerUrl(), 'a test')
  t.after(() => connection.close())
  const acquire = connection.acquire.bind(connection)
  t.mock.method(connection, 'acquire', async (options?: Parameters<typeof acquire>[0]) => {
    const channel = await acquire(options)
    t.mock.method(channel, 'basicPublish', () => new Promise(() => {}))
    return channel
  })
  const publisher = await openPublisher(connection)
  const message = { exchange: '', routingKey: 'nowhere', body: Buffer.from('{}') }
  const given = assert.rejects(publisher.publish(message), { code: 'deadline-passed' })
  await publisher.close()
  await publisher.closed
  await given
  await assert.rejects(publisher.publish(message), { code: 'unavailable' })
})

test('a message that may be in a queue is unknown to publishInTime, and an error of the broker to publish', async t => {
  const proxy = await openProxy(t)
  await proxy.restore()
  const system = await openSystem(t)
  const closing = new AbortController()
  const broker = connectBroker('a test', {
    config: {
      RABBITMQ_URL: proxy.url,
      PREFIX: system.deployment.prefix,
      RETRY_DELAYS_MS: [1],
      CLIENT_SETTINGS: 'quick',
    },
    log: createLog('test', 'silent'),
    health: createHealth(),
    occupancy: createOccupancy(),
    closing: closing.signal,
  })
  t.after(() => {
    closing.abort()
    return broker.close()
  })
  await broker.ready()
  proxy.hold()
  const message = { exchange: broker.topology.orders, routingKey: 'OrderPlaced', body: Buffer.from('{}') }
  const again = assert.rejects(broker.publish(message), { code: 'unavailable' })
  const once = assert.rejects(broker.publishInTime(message, 60_000), { code: 'deadline-passed' })
  await proxy.cut()
  await Promise.all([again, once])
  await assert.rejects(broker.publishInTime(message, 60_000), { code: 'unavailable' })
})
