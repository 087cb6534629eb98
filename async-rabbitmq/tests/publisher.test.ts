// What becomes of a message that is not confirmed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHealth } from '#common/service/health.ts'
import { createLog } from '#common/service/log.ts'
import { connectBroker, openConnection } from '../broker/broker.ts'
import { openPublisher } from '../broker/publisher.ts'
import { topologyOf } from '../messaging/topology.ts'
import { brokerUrl, openDeployment } from './support/deployment.ts'
import { openProxy } from './support/proxy.ts'

test('what waits for its confirm is given up with its channel, and nothing waits on a channel that is gone', async t => {
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

test('what may be in a queue is unknown to who tries once, and an error of the broker to who tries again', async t => {
  const proxy = await openProxy(t)
  await proxy.mend()
  const place = await openDeployment(t)
  const topology = topologyOf(place.prefix, 1)
  const closing = new AbortController()
  const parts = { log: createLog('test', 'silent'), health: createHealth(), closing: closing.signal }
  const broker = connectBroker({ ...parts, url: proxy.url, name: 'a test', topology })
  t.after(() => {
    closing.abort()
    return broker.close()
  })
  await broker.ready()
  proxy.hold()
  const message = { exchange: topology.orders, routingKey: 'OrderPlaced', body: Buffer.from('{}') }
  const again = assert.rejects(broker.publish(message), { code: 'unavailable' })
  const once = assert.rejects(broker.publishInTime(message, 60_000), { code: 'deadline-passed' })
  await proxy.cut()
  await Promise.all([again, once])
  await assert.rejects(broker.publishInTime(message, 60_000), { code: 'unavailable' })
})
