import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DELIVERY_LIMIT, MAX_RETRY_DELAYS, namesOf, topologyOf } from './topology.ts'

const topology = topologyOf('p.', 3)

test('every name begins with the prefix, and the names for any number of delay queues are removed with it', () => {
  const { exchanges, queues } = namesOf('p.')
  for (const name of [...exchanges, ...queues]) assert.match(name, /^p\./)
  for (let delays = 1; delays <= MAX_RETRY_DELAYS; delays++) {
    const some = topologyOf('p.', delays)
    assert.ok(some.queues.every(({ name }) => queues.includes(name)))
    assert.ok([...some.exchanges.map(({ name }) => name), some.readyMarker].every(name => exchanges.includes(name)))
  }
})

test('every queue is a quorum queue, and one that dead-letters keeps a message until the target has it', () => {
  for (const { name, arguments: given } of topology.queues) {
    assert.equal(given['x-queue-type'], 'quorum')
    if (!('x-dead-letter-exchange' in given)) continue
    assert.equal(given['x-dead-letter-strategy'], 'at-least-once', name)
    assert.equal(given['x-overflow'], 'reject-publish', `${name}: without it the strategy is ignored`)
  }
})

test('a queue that a service consumes has the delivery limit and a dead-letter queue of its own', () => {
  for (const consumerQueue of Object.values(topology.consumerQueues)) {
    const queue = topology.queues.find(({ name }) => name === consumerQueue.queue)
    assert.equal(queue?.arguments['x-delivery-limit'], DELIVERY_LIMIT)
    assert.equal(queue?.arguments['x-dead-letter-routing-key'], consumerQueue.deadLetters)
  }
})

test('the stream has every result of inventory where it is wanted, and its name is removed with the others', () => {
  const { stream, queues, bindings } = topologyOf('p.', 3, { hasStream: true })
  assert.deepEqual(queues.find(({ name }) => name === stream)?.arguments, { 'x-queue-type': 'stream' })
  const kept = bindings.filter(({ queue }) => queue === stream).map(({ routingKey }) => routingKey)
  assert.deepEqual(kept, ['InventoryReserved', 'InventoryFailed'])
  assert.ok(namesOf('p.').queues.includes(stream))
  assert.ok(!topology.queues.some(({ name }) => name === stream))
})

test('each reader of an event has a queue of its own', () => {
  const readersOf = (routingKey: string) =>
    topology.bindings.filter(binding => binding.routingKey === routingKey).map(({ queue }) => queue)
  assert.deepEqual(readersOf('OrderPlaced'), ['p.inventory.orders'])
  assert.deepEqual(readersOf('InventoryReserved'), ['p.notification.reserved', 'p.order.results'])
  assert.deepEqual(readersOf('InventoryFailed'), ['p.order.results'])
})
