import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DELIVERY_LIMIT, MAX_RETRY_DELAYS, namesOf, topologyOf } from './topology.ts'

const topology = topologyOf('p.', 3)

test('every name begins with the prefix, and every name of any ladder is removed with it', () => {
  const { exchanges, queues } = namesOf('p.')
  for (const name of [...exchanges, ...queues]) assert.match(name, /^p\./)
  for (let steps = 1; steps <= MAX_RETRY_DELAYS; steps++) {
    const some = topologyOf('p.', steps)
    assert.ok(some.queues.every(({ name }) => queues.includes(name)))
    assert.ok([...some.exchanges.map(({ name }) => name), some.readyMarker].every(name => exchanges.includes(name)))
  }
})

test('every queue is a quorum queue, and whatever dead-letters keeps its message until the target has it', () => {
  for (const { name, arguments: given } of topology.queues) {
    assert.equal(given['x-queue-type'], 'quorum')
    if (!('x-dead-letter-exchange' in given)) continue
    assert.equal(given['x-dead-letter-strategy'], 'at-least-once', name)
    assert.equal(given['x-overflow'], 'reject-publish', `${name}: without it the strategy is ignored`)
  }
})

test('what a service reads has the delivery limit and its own dead letters', () => {
  for (const line of Object.values(topology.consumerQueues)) {
    const queue = topology.queues.find(({ name }) => name === line.queue)
    assert.equal(queue?.arguments['x-delivery-limit'], DELIVERY_LIMIT)
    assert.equal(queue?.arguments['x-dead-letter-routing-key'], line.deadLetters)
  }
})

test('every event has a queue of its own for each of its readers', () => {
  const readersOf = (routingKey: string) =>
    topology.bindings.filter(binding => binding.routingKey === routingKey).map(({ queue }) => queue)
  assert.deepEqual(readersOf('OrderPlaced'), ['p.inventory.orders'])
  assert.deepEqual(readersOf('InventoryReserved'), ['p.notification.reserved', 'p.order.results'])
  assert.deepEqual(readersOf('InventoryFailed'), ['p.order.results'])
})
