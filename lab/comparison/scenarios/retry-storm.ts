// Inventory stands still for a while, and clients that are refused try again: how much do they request, and does it end with its cause?
import { CONDITIONS, count, findMeasure, ms, NO_TIME_MS, sentence } from '#engine/analysis/measures.ts'
import {
  CLIENTS_SERVED,
  clientsOf,
  MOST_REQUESTS,
  REFUSALS_OUTLAST,
  REQUESTS_PER_CLIENT,
  retryMeasures,
} from '#engine/analysis/retries.ts'
import { defineCheck, evaluateAll } from '#engine/checks/check.ts'
import { stepSeen } from '#engine/checks/preconditions.ts'
import { pause, resume } from '#engine/experiment/steps.ts'
import type { Retry } from '#engine/load/retry.ts'
import { around, type AroundSettings, between, defineScenario, serviceOf, spanOf, type Way } from '../scenario.ts'

/** How a client may be refused that comes while too many others do, whenever that is. */
const MAY_ANSWER = ['overloaded', 'inventory-unavailable', 'inventory-broke', 'deadline-passed']

type StormSettings = AroundSettings & { capacity: number }

const way = (name: string, pauses: Omit<Retry, 'patienceMs'>): Way => ({
  name,
  about: `clients that are refused try again: ${name}`,
  load: { retry: { ...pauses, patienceMs: 10_000 } },
})

export const retryStorm = defineScenario<StormSettings>({
  name: 'retry-storm',
  title: 'Clients try again',
  titleAt: ({ faultMs }) => `Inventory stands still for ${faultMs / 1_000} s, and clients try again`,
  asks: 'Clients that are refused try again for a while: how much more do they request, and are they still refused when the cause is over?',
  caveat:
    'Clients try again for ten seconds. Inventory decides one and a half times as many orders as are usually requested, before, during and after. A client that was refused, or got no answer, sends the same order under the same key; only where it was told that the order has failed for good does it place another. Only where a way says so does it look at `Retry-After`, with which a service that is too busy asks for a pause of 1 to 3 s, another one each time. Who is answered 202 has no reason to try again.',
  isOptional: true,
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 4_000, faultMs: 6_000, afterMs: 10_000, capacity: 75 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 2_000, afterMs: 2_000, capacity: 75 },
  },
  mayFail: true,
  ways: () => [
    way('each 250 ms', { firstMs: 250, longestMs: 250, hasJitter: false }),
    way('backing off', { firstMs: 250, longestMs: 4_000, hasJitter: false }),
    way('backing off with jitter', { firstMs: 250, longestMs: 4_000, hasJitter: true }),
    way('backing off with jitter, and as Retry-After asks', {
      firstMs: 250,
      longestMs: 4_000,
      hasJitter: true,
      heedsRetryAfter: true,
    }),
  ],
  variants: 'outbox',
  columns: [
    'clients',
    CLIENTS_SERVED,
    REQUESTS_PER_CLIENT,
    MOST_REQUESTS,
    REFUSALS_OUTLAST,
    'lost',
    'duplicated',
    'oversold',
    'unknown',
    ...CONDITIONS,
  ],
  load: settings => around(settings),
  disrupt(model, settings) {
    const inventory = serviceOf(model, 'inventory')
    const span = spanOf(settings)
    const isAnswered = model.features.includes('answers-with-outcome')
    return {
      label: `${inventory} stands still`,
      ...between(span, pause(inventory), resume(inventory)),
      environment: { [inventory]: { INVENTORY_THROTTLE_PER_SECOND: `${settings.capacity}` } },
      mayAnswer: MAY_ANSWER,
      // Who is answered 202 has no reason to try again.
      seen: [stepSeen({ action: 'pause', target: inventory }), ...(isAnswered ? [oneEach] : [])],
      measures: history => retryMeasures(history, span),
    }
  },
  explain: (results, model) =>
    results.flatMap(result => {
      const requests = count(findMeasure(result, REQUESTS_PER_CLIENT))
      const outlast = findMeasure(result, REFUSALS_OUTLAST)
      const until =
        (outlast.value ?? 0) >= NO_TIME_MS ? `, and some were refused until ${ms(outlast)} after the disruption` : ''
      return sentence`${model}, ${result.variant.name}: requests for each client: ${requests}${until}.`
    }),
})

const oneEach = defineCheck('one-each', 'no client that tried again was given more than one order', history => {
  const clients = [...clientsOf(history).values()].filter(({ attempts }) => attempts.length > 1)
  const offenders = clients.flatMap(({ orders }) => {
    const reserved = orders.filter(({ outcome }) => outcome === 'reserved').map(({ planned }) => planned.orderId)
    return reserved.length > 1 ? [`${reserved.join(' and ')} are of one client`] : []
  })
  return evaluateAll({ examined: clients.length, what: 'clients that tried again', offenders })
})
