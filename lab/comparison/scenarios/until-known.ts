// Nothing is broken: how the client of an accepted order comes to know the outcome, and what each way costs. Where the answer
// carries the outcome there is nothing to follow.
import { learnedMeasures } from '#engine/analysis/learned.ts'
import { CONDITIONS, count, findMeasure, ms, sentence } from '#engine/analysis/measures.ts'
import type { Follow } from '#engine/load/follow.ts'
import { defineScenario, type Way } from '../scenario.ts'
import { healthy } from './healthy.ts'

export const untilKnown = defineScenario({
  name: 'until-known',
  title: 'Until the client knows',
  asks: 'How soon is the client of an accepted order told the outcome, and what does each way of telling it cost?',
  caveat:
    'Learned counts from the planned start until the client has been told the outcome, by its own clock; known, until it could have been. Requests per order count the one that places it, and each webhook. A client that asks again waits before each question; each second is what the services ask for with Retry-After. CPU is that of the services, the requests of these clients and the webhooks included, until the last of them is told.',
  isUndisturbed: true,
  isOptional: true,
  hasFollowers: true,
  ways: () => [
    told('asks each second', { by: 'poll', everyMs: 1_000 }),
    told('asks each 100 ms', { by: 'poll', everyMs: 100 }),
    told('its question waits', { by: 'wait', seconds: 10 }),
    told('server-sent events', { by: 'events' }),
    told('its answer waits', { by: 'answer', seconds: 4 }),
    told('webhook', { by: 'webhook' }),
  ],
  profiles: healthy.profiles,
  columns: [
    'accepted p50',
    'known p50',
    'known p99',
    'learned p50',
    'learned p99',
    'requests per order',
    'CPU of services',
    'CPU of brokers',
    ...CONDITIONS,
  ],
  load: healthy.load,
  disrupt: () => ({ seen: [], measures: learnedMeasures }),
  explain: (results, model) =>
    results.flatMap(result => {
      const of = (name: string) => findMeasure(result, name)
      return sentence`${model}, ${result.variant.name}: half of the clients were told the outcome within ${ms(of('learned p50'))}, with ${count(of('requests per order'))} requests an order.`
    }),
})

function told(name: string, follow: Follow): Way {
  return { name, about: `its client: ${name}`, load: { follow } }
}
