import assert from 'node:assert/strict'
import { test } from 'node:test'
import { models } from '../../lab/session/registry.ts'
import { overlayOf } from './project.ts'

type Service = { environment?: Record<string, string>; restart: string; volumes?: string[] }

function overlay(name: string, environment: Record<string, Record<string, string>> = {}): Record<string, Service> {
  const model = models.find(each => each.name === name)
  assert.ok(model)
  const broker = { rabbitmq: 'amqp://lab:secret@rabbitmq:5672/', kafka: 'kafka:19092' }
  const inside = { url: (service: string) => `http://${service}:1`, broker, prefix: 'p.' }
  return overlayOf({ model, inside, environment }).services as Record<string, Service>
}

test('every service and broker is in it, and none is started again by the engine', () => {
  const services = overlay('async-rabbitmq')
  assert.deepEqual(Object.keys(services), ['order_service', 'inventory_service', 'notification_service', 'rabbitmq'])
  for (const { restart } of Object.values(services)) assert.equal(restart, 'no')
})

test('a service has the environment of its model in the network of the containers, with faults on', () => {
  const { producer_order: producer } = overlay('streaming-kafka')
  assert.deepEqual(producer?.environment, { LAB_FAULTS: 'on', KAFKA_BROKERS: 'kafka:19092', PREFIX: 'p.' })
  assert.equal(overlay('sync-rest').order_service?.environment?.INVENTORY_URL, 'http://inventory_service:1')
})

test('the environment of a variant comes last, and a dollar in it is none of compose', () => {
  const { order_service: service } = overlay('sync-rest', {
    order_service: { INVENTORY_URL: 'http://x', CONCURRENCY: '$5' },
  })
  assert.deepEqual([service?.environment?.INVENTORY_URL, service?.environment?.CONCURRENCY], ['http://x', '$$5'])
})

test('metrics are not written into the checkout', () => {
  assert.deepEqual(overlay('streaming-kafka').analytics_consumer?.volumes, ['analytics_consumer:/metrics'])
})
