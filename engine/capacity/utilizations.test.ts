import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyHistory, type History } from '../run/history.ts'
import type { OccupancyView } from '#common/contracts/http.ts'
import type { OccupancyReading } from '../run/occupancy-shape.ts'
import { readingsOf } from './utilizations.ts'

const S = 1e9

const occupancy = (seconds: number, busy: number): OccupancyView => ({
  atNs: seconds * S,
  loop: { busyNs: 3 * S + busy * 0.9 * S },
  places: [
    { name: 'CONCURRENCY', limit: 4, taken: 4, fullNs: busy * 0.5 * S, takenNs: busy * 0.8 * S },
    { name: 'MAX_UNDECIDED', limit: 9, taken: 0, fullNs: busy * 0.7 * S, takenNs: busy * 0.1 * S },
  ],
  syncs: { busyNs: busy * 0.25 * S, count: busy * 100 },
  sends: { busyNs: busy * 0.6 * S, count: busy * 200 },
})

const reading = (seconds: number, busy: number, cpu: number | null): OccupancyReading => ({
  atNs: seconds * S,
  services: [
    { name: 'order_service', occupancy: occupancy(seconds, busy) },
    { name: 'silent', occupancy: null },
  ],
  cpu: [
    { name: 'order_service', kind: 'service', seconds: cpu },
    { name: 'silent', kind: 'service', seconds: null },
    { name: 'rabbitmq', kind: 'broker', seconds: cpu },
  ],
})

const historyWith = (before: OccupancyReading, after: OccupancyReading): History => ({
  ...emptyHistory({}),
  occupancy: { cores: 2, idleShare: 0.1, othersCores: 0.2, before, after },
})

test('a utilization is busy time by the time between both readings, and of places the greater of both sums', () => {
  const found = readingsOf(historyWith(reading(10, 0, 7), reading(14, 4, 9))) ?? assert.fail()
  const [service] = found.services
  assert.equal(service?.loopShare, 0.9)
  assert.equal(service?.cores, 0.5)
  assert.deepEqual(service?.places, [
    { name: 'CONCURRENCY', limit: 4, takenShare: 0.8 },
    { name: 'MAX_UNDECIDED', limit: 9, takenShare: 0.7 },
  ])
  assert.deepEqual([service?.syncShare, service?.syncsPerSecond, service?.sendShare], [0.25, 100, 0.6])
  assert.deepEqual(found.brokers, [{ name: 'rabbitmq', cores: 0.5 }])
  assert.deepEqual([found.cores, found.idleShare, found.othersCores], [2, 0.1, 0.2])
})

test('what was not read, or began again since, is unknown and not idle', () => {
  const found = readingsOf(historyWith(reading(10, 8, 7), reading(14, 2, 5))) ?? assert.fail()
  for (const service of found.services)
    assert.deepEqual([service.loopShare, service.cores, service.places], [null, null, []])
  assert.deepEqual(found.brokers, [{ name: 'rabbitmq', cores: null }])
})

test('a history in which nothing was read has no readings', () => {
  assert.equal(readingsOf(emptyHistory({})), undefined)
})
