import assert from 'node:assert/strict'
import { test } from 'node:test'
import { usageMeasures } from './resource-usage.ts'
import type { Usage, UsageReading, ResourceUsage } from '../run/history.ts'
import { historyOf, served } from '../testing/sample-timelines.ts'

const use = (cpuSeconds: number, writtenBytes: number, memoryBytes: number): ResourceUsage => {
  return { began: '1@1', cpuSeconds, writtenBytes, memoryBytes }
}

/** Two services and a broker; `share` of what they use by the end. */
const usageAt = (share: number): UsageReading => ({
  atNs: share,
  uses: [
    { name: 'order_service', kind: 'service', use: use(10 + 2 * share, 1e6 * share, 50e6) },
    { name: 'inventory_service', kind: 'service', use: use(20 + 3 * share, 2e6 * share, 60e6) },
    { name: 'kafka', kind: 'broker', use: use(30 + 4 * share, 4e6 * share, 200e6) },
  ],
  device: { writtenBytes: 1e9 + 8e6 * share, flushes: 100 + 20 * share },
})

/** Measures of 500 orders and a warm-up of one, by name; `change` spoils what was read. */
function measured(change: (both: Record<'before' | 'after', UsageReading>) => void = () => {}) {
  const usage = { before: usageAt(0), after: usageAt(1) }
  change(usage)
  return measuresOf(usage)
}

function measuresOf(usage: Usage, orders = 500) {
  const timelines = Array.from({ length: orders + 1 }, (_, index) => served(index, 5))
  const history = { ...historyOf(timelines, { warmUpOrders: 1 }), usage }
  return Object.fromEntries(usageMeasures(history).map(({ name, value, note }) => [name, note ?? value]))
}

const WHOLE = {
  CPU: 18,
  'CPU of services': 10,
  'CPU of brokers': 8,
  written: 14_000,
  'written by services': 6_000,
  'written by brokers': 8_000,
  synced: 16_000,
  syncs: 40,
  memory: 310,
  'memory of services': 110,
  'memory of brokers': 200,
  processes: 3,
}

/** Of `uses`, the one of this name. */
const entry = ({ uses }: UsageReading, name: string) => uses.find(each => each.name === name) ?? assert.fail(name)

test('usage is the difference for 1,000 orders requested after the warm-up, memory is that of the end', () => {
  assert.deepEqual(measured(), WHOLE)
})

test('a variant that does not measure usage has none', () => {
  assert.deepEqual(usageMeasures(historyOf([served(0, 5)])), [])
})

test('a service that is another process at the end leaves the brokers, the disk and the memory known', () => {
  const restarted = measured(({ after }) => {
    entry(after, 'inventory_service').use = { ...use(1, 1, 60e6), began: '2@2' }
  })
  const note = 'inventory_service was not the same process throughout'
  const unknown = { CPU: note, 'CPU of services': note, written: note, 'written by services': note }
  assert.deepEqual(restarted, { ...WHOLE, ...unknown })
})

test('a service that did not run at the end leaves the brokers and the disk known', () => {
  const dead = measured(({ after }) => void (entry(after, 'inventory_service').use = null))
  const note = 'inventory_service did not run'
  const spent = { CPU: note, 'CPU of services': note, written: note, 'written by services': note }
  assert.deepEqual(dead, { ...WHOLE, ...spent, memory: note, 'memory of services': note })
})

test("a broker that is not the lab's own has unknown usage, and perhaps another disk", () => {
  const foreign = measured(both => {
    for (const each of Object.values(both)) entry(each, 'kafka').use = null
  })
  const note = 'kafka was no process of the lab'
  const known = { 'CPU of services': 10, 'written by services': 6_000, 'memory of services': 110, processes: 3 }
  assert.deepEqual(foreign, { ...Object.fromEntries(Object.keys(WHOLE).map(name => [name, note])), ...known })
})

test('a figure that cannot be read takes no other with it', () => {
  const note = 'what order_service has used cannot be read here'
  const blind = measured(({ before }) =>
    Object.assign(entry(before, 'order_service').use ?? {}, { writtenBytes: null }),
  )
  assert.deepEqual(blind, { ...WHOLE, written: note, 'written by services': note })
  const flushless = measured(({ after }) => Object.assign(after.device ?? {}, { flushes: null }))
  assert.deepEqual(flushless, { ...WHOLE, syncs: 'the disk counts no flushes' })
})

test('without a disk that counts, nothing is said of what it wrote', () => {
  const note = 'no disk that counts holds the data, or it could not be synced before'
  assert.deepEqual(
    measured(({ before }) => void (before.device = null)),
    { ...WHOLE, synced: note, syncs: note },
  )
})

test('usage that was not read is null, with the reason', () => {
  assert.deepEqual(
    new Set(Object.values(measuresOf({ unknown: 'not measured in containers' }))),
    new Set(['not measured in containers']),
  )
  assert.equal(measuresOf({ before: usageAt(0), after: usageAt(1) }, 0).CPU, 'no order was requested')
})

test('a model without a broker spends nothing on one', () => {
  const alone = measured(both => {
    for (const each of Object.values(both)) each.uses = each.uses.filter(({ kind }) => kind === 'service')
  })
  assert.deepEqual([alone.CPU, alone['CPU of brokers'], alone.synced], [10, 0, 16_000])
})
