// The preconditions of scenarios: what shows that a disruption really took place.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { History } from '#engine/run/history.ts'
import { historyOf, ns, served } from '#engine/testing/sample-timelines.ts'
import { asyncRabbitmq } from '../../async-rabbitmq/lab/model.ts'
import { burst } from './scenarios/burst.ts'
import { duplicates } from './scenarios/duplicates.ts'

const SETTINGS = { ordersPerSecond: 50, beforeMs: 0, faultMs: 2_000, afterMs: 500, times: 10 }
const steady = (count: number, everyMs: number, fromMs = 0) =>
  Array.from({ length: count }, (_, index) => served(fromMs + index * everyMs, 10))

function verdictOf({ disrupt }: Pick<typeof burst, 'disrupt'>, history: History): string | undefined {
  const disruption = disrupt(asyncRabbitmq, SETTINGS)
  assert.ok(typeof disruption !== 'string')
  return disruption.seen[0]?.(history).verdict
}

test('duplicates are seen only where every message of each route came twice', () => {
  const verdictWhen = (result: unknown, { fromMs = 0, toMs = 2_000 } = {}) => {
    const history = historyOf(steady(100, 20))
    const [began, ended] = [fromMs, toMs].map(ms => ({ atNs: ns(ms), doneNs: ns(ms), target: 'broker' }))
    assert.ok(began && ended)
    history.executedSteps.push(
      { ...began, action: 'start-duplicator' },
      { ...ended, action: 'stop-duplicator', result },
    )
    return verdictOf(duplicates, history)
  }
  assert.equal(verdictWhen({ duplicates: 300, byRoute: { orders: 100, events: 200 } }), 'valid')
  assert.equal(verdictWhen({ duplicates: 240, byRoute: { orders: 40, events: 200 } }), 'vacuous')
  assert.equal(verdictWhen({ duplicates: 300, byRoute: { orders: 0, events: 300 } }), 'vacuous')
  assert.equal(verdictWhen({ duplicates: 187 }), 'valid')
  assert.equal(verdictWhen({ duplicates: 140 }), 'vacuous')
  const late = { fromMs: 400, toMs: 1_900 }
  assert.equal(
    verdictWhen({ duplicates: 220, byRoute: { orders: 74, events: 146 } }, late),
    'valid',
    'of those that came meanwhile',
  )
  assert.equal(
    verdictWhen({ duplicates: 60, byRoute: { orders: 20, events: 40 } }, { fromMs: 1_600 }),
    'vacuous',
    'too few came',
  )
  assert.equal(verdictOf(duplicates, historyOf(steady(100, 20))), 'vacuous')
})

test('a burst of half the planned rate is not seen as one', () => {
  const rising = (perSecond: number) =>
    verdictOf(burst, historyOf([...steady(150, 20), ...steady(perSecond, 1_000 / perSecond, 3_000)]))
  assert.deepEqual([rising(500), rising(250)], ['valid', 'vacuous'])
})
