// The publisher alone, on a channel whose client never tells what became of a message.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openConnection } from '../broker/broker.ts'
import { openPublisher } from '../broker/publisher.ts'
import { brokerUrl } from './place.ts'

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
