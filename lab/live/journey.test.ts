import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AT, CLIENT, journeyOf, spotOf, TRAVEL_MS } from './page/journey.ts'
import { ANSWERS, type AnswerKind, type OrderDot } from './page/protocol.ts'

type Known = {
  answer?: AnswerKind
  answered?: number
  placed?: number
  outcome?: 0 | 1
  decided?: number
  notified?: number
}

/** An order that was sent at 0 ms. */
const dot = ({ answer = 'accepted', answered, placed, outcome, decided, notified }: Known): OrderDot => [
  7,
  0,
  ANSWERS.indexOf(answer),
  answered ?? null,
  placed ?? null,
  outcome ?? null,
  decided ?? null,
  notified ?? null,
]
const placesOf = (known: Known) => journeyOf(dot(known)).stops.map(({ place }) => place)

test('a notified order has passed each part, and waited where it did', () => {
  const slow = { answered: 5, placed: 3, outcome: 1, decided: 5_000, notified: 9_000 } as const
  assert.deepEqual(placesOf(slow), [CLIENT, AT.order, AT.broker, AT.inventory, AT.notification])
  const { tone, endMs } = journeyOf(dot(slow))
  assert.deepEqual([tone, endMs], ['good', 9_000])
})

test('what happened within milliseconds is drawn one step after the other, without a wait', () => {
  const { stops, endMs } = journeyOf(dot({ answered: 9, placed: 2, outcome: 1, decided: 4, notified: 6 }))
  assert.deepEqual(
    stops.map(({ atMs }) => atMs),
    [0, TRAVEL_MS, 2 * TRAVEL_MS, 3 * TRAVEL_MS],
  )
  assert.equal(endMs, 3 * TRAVEL_MS)
})

test('an accepted order without an outcome waits, and one without an answer waits at its client', () => {
  const accepted = journeyOf(dot({ answered: 5, placed: 3 }))
  assert.deepEqual(spotOf(accepted, 60_000, false), { place: AT.broker, isWaiting: true, fade: 0 })
  const silent = journeyOf(dot({ answer: 'waiting' }))
  assert.deepEqual(spotOf(silent, 60_000, false), { place: CLIENT, isWaiting: true, fade: 0 })
})

test('an order that was refused or answered with an error ends in its tone; one that may still be decided waits', () => {
  assert.equal(journeyOf(dot({ answer: 'refused', answered: 9, placed: 2, outcome: 0, decided: 4 })).tone, 'failed')
  const turnedAway = journeyOf(dot({ answer: 'error', answered: 4 }))
  assert.deepEqual([turnedAway.tone, turnedAway.endMs], ['error', TRAVEL_MS])
  const unheard = journeyOf(dot({ answer: 'none', placed: 2 }))
  assert.deepEqual([unheard.tone, unheard.endMs], ['error', undefined])
})

test('a dot is hidden before it was sent and after it has faded, and forgotten later', () => {
  const journey = journeyOf(dot({ answered: 9, placed: 2, outcome: 1, decided: 4, notified: 6 }))
  assert.equal(spotOf(journey, -1, false), 'hidden')
  assert.equal(spotOf(journey, 2_000, false), 'hidden')
  assert.equal(spotOf(journey, 60_000, false), 'gone')
})

test('a dot travels from one part to the next, and with reduced motion it does not', () => {
  const journey = journeyOf(dot({ answered: 9, placed: 2 }))
  assert.deepEqual(spotOf(journey, TRAVEL_MS / 2, false), { place: (CLIENT + AT.order) / 2, isWaiting: false, fade: 0 })
  assert.deepEqual(spotOf(journey, TRAVEL_MS / 2, true), { place: CLIENT, isWaiting: true, fade: 0 })
})
