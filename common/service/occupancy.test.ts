import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OccupancyView } from '../contracts/http.ts'
import { parse } from '../contracts/parse.ts'
import { createOccupancy } from './occupancy.ts'

function onClock() {
  let atNs = 0
  const occupancy = createOccupancy(() => atNs)
  const shown = () => parse(OccupancyView, occupancy.view())
  return { ...occupancy, shown, pass: (ns: number) => void (atNs += ns) }
}

test('places are full while none is free, and half of them taken count for half of the time', () => {
  const { places, shown, pass } = onClock()
  const { enter, leave } = places('CONCURRENCY', 2)
  pass(100)
  enter()
  pass(10)
  enter()
  pass(10)
  assert.deepEqual(shown().places, [{ name: 'CONCURRENCY', limit: 2, taken: 2, fullNs: 10, takenNs: 15 }])
  pass(5)
  leave()
  pass(20)
  leave()
  pass(100)
  assert.deepEqual(shown().places, [{ name: 'CONCURRENCY', limit: 2, taken: 0, fullNs: 15, takenNs: 30 }])
})

test('a limit that falls below what is taken makes it full, and more than all places is full and no more', () => {
  const { places, shown, pass } = onClock()
  const { setTaken, setLimit } = places('CONCURRENCY', 4)
  setTaken(2)
  pass(10)
  setLimit(1)
  pass(10)
  assert.deepEqual(shown().places, [{ name: 'CONCURRENCY', limit: 1, taken: 2, fullNs: 10, takenNs: 15 }])
})

test('places that are looked up are looked up at each reading', () => {
  const { places, shown, pass } = onClock()
  let undecided = 0
  places('MAX_UNDECIDED', 3, it => it.setTaken(undecided))
  assert.equal(shown().places[0]?.taken, 0)
  undecided = 3
  assert.equal(shown().places[0]?.taken, 3)
  pass(10)
  undecided = 0
  assert.deepEqual(shown().places, [{ name: 'MAX_UNDECIDED', limit: 3, taken: 0, fullNs: 10, takenNs: 10 }])
})

test('sends are null for a service that never sends, and zero for one that has not sent yet', () => {
  const { sends, syncs, shown, pass } = onClock()
  assert.equal(shown().sends, null)
  const { enter } = sends()
  assert.deepEqual(shown().sends, { busyNs: 0, count: 0 })
  enter()
  syncs.enter()
  pass(4)
  syncs.leave()
  pass(4)
  const { atNs, syncs: synced, sends: sent } = shown()
  assert.deepEqual([atNs, synced, sent], [8, { busyNs: 4, count: 1 }, { busyNs: 8, count: 1 }])
})

test('the loop of a thread that works without a pause is busy all the time', async () => {
  // Before its first turn there is no loop.
  await new Promise(setImmediate)
  const { loop: before } = createOccupancy().view()
  const began = performance.now()
  while (performance.now() - began < 50);
  const { loop: after } = createOccupancy().view()
  assert.ok(after.busyNs - before.busyNs >= 45e6, `${after.busyNs - before.busyNs} ns`)
})
