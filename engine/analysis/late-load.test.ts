// What a load that was late, or could not be sent, says of latencies.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { History } from '../run/history.ts'
import { historyOf, type SampleTimeline, served } from '../testing/sample-timelines.ts'
import { standardMeasures } from './measures.ts'

const measure = (history: History, name: string) =>
  standardMeasures(history).find(each => each.name === name) ?? assert.fail(`there is no measure "${name}"`)
const value = (history: History, name: string) => measure(history, name).value

const many = (count: number, timeline: (index: number) => SampleTimeline) =>
  Array.from({ length: count }, (_, index) => timeline(index))

test('a late generator voids latencies, and nothing else', () => {
  const history = historyOf(many(1_100, index => served(index, 10)))
  const startLate = (lateMs: number) => {
    for (const attempt of history.attempts) attempt.startedNs = attempt.plannedNs + lateMs * 1e6
  }
  startLate(2.5)
  assert.deepEqual([value(history, 'accepted p50'), measure(history, 'accepted p50').note], [null, 'generator-bound'])
  assert.equal(value(history, 'availability'), 100)
  startLate(1.9)
  assert.equal(value(history, 'accepted p50'), 10)
})

test('a late generator voids what too few samples show as well', () => {
  const history = historyOf(many(200, index => served(index, 10)))
  for (const attempt of history.attempts) attempt.startedNs = attempt.plannedNs + 3e6
  assert.equal(measure(history, 'accepted p99').note, 'generator-bound')
  assert.deepEqual([value(history, 'accepted p50'), measure(history, 'accepted p50').note], [null, 'generator-bound'])
})

test('a median is judged by the median of the lateness, however long a fault makes the tail', () => {
  const history = historyOf(many(1_100, index => served(index, index % 20 === 0 ? 1_500 : 45)))
  const startLate = (lateMs: number) => {
    for (const attempt of history.attempts) attempt.startedNs = attempt.plannedNs + lateMs * 1e6
  }
  startLate(40)
  assert.equal(measure(history, 'accepted p50').note, 'generator-bound')
  startLate(2)
  assert.equal(value(history, 'accepted p50'), 45)
})

test('where attempts waited for a socket latencies are void, because it is unknown how late they were sent', () => {
  const history = historyOf(many(50, index => served(index, 10)))
  history.generator.connections.saturated = true
  assert.equal(measure(history, 'accepted p50').note, 'generator-bound')
  assert.equal(value(history, 'availability'), 100)
})

test('a late start in the warm-up voids nothing, and a latency that dwarfs the lateness stands', () => {
  const history = historyOf(
    many(2_200, index => served(index, index < 1_100 ? 10 : 100)),
    { warmUpOrders: 1_100 },
  )
  for (const attempt of history.attempts.slice(0, 1_100)) attempt.startedNs = attempt.plannedNs + 50e6
  for (const attempt of history.attempts.slice(1_100)) attempt.startedNs = attempt.plannedNs + 3e6
  assert.equal(value(history, 'accepted p50'), 100)
})
