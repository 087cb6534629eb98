import assert from 'node:assert/strict'
import { test } from 'node:test'
import { busyTime } from './busy-time.ts'

function onClock() {
  let atNs = 1_000
  const busy = busyTime(() => atNs)
  return { ...busy, pass: (ns: number) => void (atNs += ns) }
}

test('work that overlaps counts once, and the time between two pieces not at all', () => {
  const { enter, leave, busyNs, count, pass } = onClock()
  pass(5)
  enter()
  pass(10)
  enter()
  pass(10)
  leave()
  pass(10)
  leave()
  pass(100)
  enter()
  pass(1)
  leave()
  assert.deepEqual([busyNs(), count()], [31, 3])
})

test('what is still under way counts up to the reading, and once', () => {
  const { enter, leave, busyNs, pass } = onClock()
  assert.equal(busyNs(), 0)
  enter()
  pass(7)
  assert.equal(busyNs(), 7)
  assert.equal(busyNs(1_012), 12)
  pass(3)
  leave()
  pass(50)
  assert.equal(busyNs(), 10)
})
