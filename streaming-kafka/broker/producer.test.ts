// A broker that accepts connections and never answers: the producer's deadlines and the bound of its queue.
import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { createProducer } from './producer.ts'

async function silentBroker(t: TestContext): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => void sockets.add(socket.on('error', () => {})))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

async function silent(t: TestContext, maxWaiting: number) {
  const brokers = await silentBroker(t)
  const producer = createProducer({ brokers, clientId: 'test', maxWaiting })
  t.after(() => producer.close())
  const send = (deadlineMs: number) => producer.send({ topic: 'orders', key: 'k', value: Buffer.from('v') }, deadlineMs)
  return { producer, send }
}

/** Records are handed over after a turn of the event loop. Records that come later wait behind them. */
async function handOver(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise(resolve => setImmediate(resolve))
}

test('a record that is not acknowledged in time is unknown, and one that was not handed over in time did not happen', async t => {
  const { send } = await silent(t, 100)
  const first = send(300)
  const handedOver = assert.rejects(first, { code: 'deadline-passed' })
  await handOver()
  const second = assert.rejects(send(100), { code: 'unavailable' })
  await Promise.all([handedOver, second])
  // Refused at once: while the broker does not acknowledge, no further record may wait.
  await assert.rejects(send(60_000), { code: 'unavailable', message: /does not acknowledge/ })
})

test('a record beyond the bound of the queue is refused at once', async t => {
  const { send } = await silent(t, 3)
  const waiting = [send(1_000)]
  await handOver()
  for (let count = 0; count < 3; count++) waiting.push(send(1_000))
  await assert.rejects(send(60_000), { code: 'unavailable', message: /3 records wait/ })
  const ends = await Promise.allSettled(waiting)
  assert.ok(ends.every(({ status }) => status === 'rejected'))
})

test('closing the producer rejects waiting records as not written, and records in flight as unknown', async t => {
  const { producer, send } = await silent(t, 10)
  const first = assert.rejects(send(60_000), { code: 'deadline-passed' })
  await handOver()
  const second = assert.rejects(send(60_000), { code: 'unavailable', message: /stopping/ })
  await producer.close()
  assert.equal(producer.leftUnanswered(), true)
  await Promise.all([first, second])
  await assert.rejects(send(60_000), { code: 'unavailable' })
})
