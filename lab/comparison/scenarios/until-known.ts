// Nothing is broken: how the client of an accepted order comes to know the outcome, and what each way costs. Where the answer
// carries the outcome there is nothing to follow.
import { learnedMeasures } from '#engine/analysis/learned.ts'
import { CONDITIONS } from '#engine/analysis/measures.ts'
import { defineScenario } from '../scenario.ts'
import { healthy } from './healthy.ts'

export const untilKnown = defineScenario({
  name: 'until-known',
  title: 'Until the client knows',
  asks: 'How soon is the client of an accepted order told the outcome, and what does each way of telling it cost?',
  caveat:
    'Learned counts from the planned start until the client has been told the outcome, by its own clock; known, until it could have been. Requests per order count the one that places it, and each webhook. A client that asks again waits before each question; each second is what the services ask for with Retry-After. CPU is that of the services, the requests of these clients and the webhooks included, until the last of them is told.',
  isUndisturbed: true,
  isOptional: true,
  follows: [
    { name: 'asks each second', follow: { by: 'poll', everyMs: 1_000 } },
    { name: 'asks each 100 ms', follow: { by: 'poll', everyMs: 100 } },
    { name: 'its question waits', follow: { by: 'wait', seconds: 10 } },
    { name: 'server-sent events', follow: { by: 'events' } },
    { name: 'its answer waits', follow: { by: 'answer', seconds: 4 } },
    { name: 'webhook', follow: { by: 'webhook' } },
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
})
