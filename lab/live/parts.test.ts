import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asyncRabbitmq } from '../../async-rabbitmq/lab/model.ts'
import { streamingKafka } from '../../streaming-kafka/lab/model.ts'
import { syncRest } from '../../sync-rest/lab/model.ts'
import { partsOf, trackParts } from './parts.ts'

const parts = partsOf(asyncRabbitmq, {})

function open(dead: string[] = []) {
  const track = trackParts(parts, { running: name => !dead.includes(name) })
  const stateOf = (name: string) => track.now().find(part => part.name === name)
  return { track, stateOf, dead }
}

test('each model has its parts in the sequence in which an order passes them, with the faults of its services', () => {
  const names = [syncRest, asyncRabbitmq, streamingKafka].map(model => partsOf(model, {}).map(({ role }) => role))
  assert.deepEqual(names, [
    ['order', 'inventory', 'notification'],
    ['order', 'broker', 'inventory', 'notification'],
    ['order', 'broker', 'inventory', 'notification', 'analytics'],
  ])
  const faults = parts.find(({ role }) => role === 'inventory')?.faults.map(({ name }) => name)
  assert.deepEqual(faults, ['delay', 'error', 'throttle', 'slowDisk', 'cutLink'])
})

test('the crash points of an order service are those with or without its outbox', () => {
  const pointsOf = (outbox: string) => partsOf(syncRest, { order_service: { OUTBOX: outbox } })[0]?.crashPoints
  assert.notDeepEqual(pointsOf('on'), pointsOf('off'))
  assert.deepEqual(partsOf(syncRest, {})[0]?.crashPoints, pointsOf('off'))
})

test('a part is as the last step that had its effect left it, and a step that failed changes nothing', () => {
  const { track, stateOf } = open()
  track.done('inventory_service', { action: 'pause', target: 'inventory' })
  track.failed('inventory_service', { action: 'start', target: 'inventory' })
  assert.equal(stateOf('inventory_service')?.state, 'paused')
  track.done('inventory_service', { action: 'resume', target: 'inventory' })
  track.done('inventory_service', { action: 'fault', target: 'inventory', settings: { delay: { delayMs: 5 } } })
  assert.deepEqual(stateOf('inventory_service')?.faults, { delay: { delayMs: 5 } })
  track.done('inventory_service', { action: 'fault', target: 'inventory', settings: { delay: null } })
  assert.deepEqual(stateOf('inventory_service')?.faults, {})
})

test('what is not running cannot be paused or cut off', () => {
  const { track } = open(['inventory_service'])
  for (const action of ['pause', 'isolate'] as const)
    assert.throws(() => track.begin('inventory_service', { action, target: 'inventory' }), {
      message: 'inventory_service is not running',
    })
})

test('all that was done is put right, the broker first, and a service that was healed may still have to be started', () => {
  const { track, dead } = open(['inventory_service'])
  track.done('rabbitmq', { action: 'pause', target: 'broker' })
  track.done('notification_service', { action: 'fault', target: 'notification', settings: { error: {} } })
  assert.deepEqual(track.remedies(), [
    { action: 'resume', target: 'broker' },
    { action: 'start', target: 'inventory' },
    { action: 'heal', target: 'notification' },
  ])
  dead.splice(0)
  track.done('rabbitmq', { action: 'resume', target: 'broker' })
  track.done('rabbitmq', { action: 'alarm', target: 'broker' })
  assert.deepEqual(track.remedies()[0], { action: 'resume', target: 'broker' })
  track.done('rabbitmq', { action: 'resume', target: 'broker' })
  track.done('notification_service', { action: 'heal', target: 'notification' })
  assert.deepEqual(track.remedies(), [])
})
