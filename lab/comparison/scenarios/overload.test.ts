import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCheck } from '#engine/checks/check.ts'
import { historyOf, type SampleTimeline } from '#engine/testing/sample-timelines.ts'
import { models } from '../../session/registry.ts'
import { GOODPUTS, overload } from './overload.ts'

const SETTINGS = { ordersPerSecond: 100, beforeMs: 1_000, stepMs: 1_000, waitMs: 500, inTimeMs: 2_000 }

const disruptionOf = (name: string) => {
  const model = models.find(each => each.name === name) ?? assert.fail()
  const disruption = overload.disrupt(model, SETTINGS)
  return typeof disruption === 'string' ? assert.fail(disruption) : disruption
}

/** In each step `inTime` of a hundred orders are decided, and ten are refused. */
function historyWith(inTime: number, refusedMs: number) {
  const step = (fromMs: number): SampleTimeline[] => [
    ...Array.from({ length: inTime }, (_, index): SampleTimeline => {
      const atMs = fromMs + index * 10
      const answered = { atMs, answer: '202' as const, answeredMs: atMs + 1, placedMs: atMs + 1 }
      return { ...answered, decidedMs: atMs + 5, outcome: 'reserved', notifiedMs: atMs + 6 }
    }),
    ...Array.from({ length: 10 }, (_, index): SampleTimeline => {
      const atMs = fromMs + 90 * index
      return { atMs, answer: '503 overloaded', answeredMs: atMs + refusedMs }
    }),
  ]
  return historyOf([1_000, 2_000, 3_000].flatMap(step))
}

const verdictOf = (name: string, inTime: number, refusedMs: number) => {
  const check = disruptionOf('async-rabbitmq').seen.find(each => each.name === name) ?? assert.fail()
  return runCheck(check, historyWith(inTime, refusedMs)).verdict
}

test('a model that decides less than nine tenths of what it can is invalid, and so is one that lets them wait who are turned away', () => {
  assert.equal(verdictOf('goodput', 90, 5), 'valid')
  assert.equal(verdictOf('goodput', 89, 5), 'invalid')
  assert.equal(verdictOf('told-at-once', 90, 100), 'valid')
  assert.equal(verdictOf('told-at-once', 90, 101), 'invalid')
})

test('a busy machine, on which the load of a step was late, leaves its goodput unknown where it is too little, and never less than half', () => {
  const check = disruptionOf('async-rabbitmq').seen.find(each => each.name === 'goodput') ?? assert.fail()
  const late = (inTime: number, inStep: (step: number) => boolean = () => true) => {
    const history = historyWith(inTime, 5)
    const attempts = history.attempts.map(each => {
      const isLate = inStep(Math.floor((each.plannedNs - history.originNs) / 1e9))
      return isLate ? { ...each, startedNs: each.startedNs + 20e6 } : each
    })
    return { ...history, attempts }
  }
  assert.equal(runCheck(check, late(80)).verdict, 'unknown')
  assert.equal(runCheck(check, late(90)).verdict, 'valid')
  assert.equal(runCheck(check, late(50)).verdict, 'unknown')
  assert.equal(runCheck(check, late(49)).verdict, 'invalid')
  assert.equal(
    runCheck(
      check,
      late(80, step => step === 2),
    ).verdict,
    'invalid',
    'two steps had a load in time',
  )
})

test('it measures the goodput of each step, and how soon those knew who were turned away', () => {
  const measures = disruptionOf('sync-rest').measures?.(historyWith(95, 5)) ?? []
  const values = Object.fromEntries(measures.map(({ name, value }) => [name, value]))
  for (const name of GOODPUTS) assert.equal(values[name], 95, name)
  assert.equal(values['turned away p50'], 5)
})

test('each order service is bounded to half a second of work', () => {
  assert.deepEqual(Object.fromEntries(models.map(({ name }) => [name, disruptionOf(name).environment])), {
    'sync-rest': { order_service: { CONCURRENCY: '50' } },
    'async-rabbitmq': { order_service: { MAX_UNDECIDED: '50' } },
    'streaming-kafka': { producer_order: { MAX_UNDECIDED: '50' } },
  })
})
