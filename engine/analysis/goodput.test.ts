import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyOf, type SampleTimeline } from '../testing/sample-timelines.ts'
import { goodput, refusalMeasures } from './goodput.ts'

const SPAN = { fromMs: 1_000, toMs: 3_000 }

/** Accepted at once, decided and notified later. */
const decided = (atMs: number, decidedMs: number): SampleTimeline => ({
  atMs,
  answer: '202',
  answeredMs: atMs + 5,
  placedMs: atMs + 2,
  decidedMs,
  outcome: 'reserved',
  notifiedMs: decidedMs + 10,
})

const goodputOf = (timelines: SampleTimeline[]) =>
  goodput(historyOf(timelines), SPAN, { perSecond: 10, inTimeMs: 1_000 }).value

test('goodput is what was decided in the span, of what could be', () => {
  const all = Array.from({ length: 20 }, (_, index) => decided(1_000 + index * 100, 1_050 + index * 100))
  assert.equal(goodputOf(all), 100)
  assert.equal(goodputOf([...all.slice(0, 15), decided(990, 995), decided(2_900, 3_100)]), 75)
})

test('an order that is decided too late, fails because of the fault or is released is no goodput', () => {
  const late = decided(1_100, 2_200)
  const failed: SampleTimeline = {
    atMs: 1_100,
    answer: '503 inventory-unavailable',
    answeredMs: 1_200,
    placedMs: 1_101,
    orderRow: { status: 'failed', reason: 'inventory-unavailable', decidedMs: 1_200 },
  }
  const released = { ...decided(1_100, 1_200), releasedMs: 1_300 }
  assert.equal(goodputOf([late, failed, released, decided(1_100, 1_200)]), 5)
})

test('who is turned away is who was answered that nothing happened', () => {
  const refused = (index: number): SampleTimeline => ({
    atMs: 1_000 + index,
    answer: '503 overloaded',
    answeredMs: 1_007 + index,
  })
  const others: SampleTimeline[] = [
    decided(1_000, 1_100),
    { atMs: 1_000, answer: '504 deadline-passed', answeredMs: 2_000 },
    { atMs: 1_000, answer: 'deadline' },
  ]
  const measures = refusalMeasures(historyOf([...others, ...Array.from({ length: 30 }, (_, index) => refused(index))]))
  assert.equal(measures.find(({ name }) => name === 'turned away p50')?.value, 7)
  assert.equal(measures.find(({ name }) => name === 'turned away max')?.value, 7)
})
