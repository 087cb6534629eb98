// A reader joins that was not there before, and reads what became of all orders from the first.
import type { NewReaderOperations, OrdersRead } from '#engine/experiment/new-reader.ts'
import { at, isDrained, operation, type Progress } from '#engine/experiment/steps.ts'
import { count, findMeasure, ms, sentence } from '#engine/analysis/measures.ts'
import type { History } from '#engine/run/history.ts'
import type { Measure } from '#engine/run/summary.ts'
import { defineScenario } from '../scenario.ts'
import { allRead, type Read } from './all-read.ts'

export const READ_RATE = 'read per second'

export const newReader = defineScenario({
  name: 'new-reader',
  title: 'A new reader joins',
  asks: 'Somebody wants what became of every order, from the first one: can they have it, how fast, and is it what the services hold?',
  caveat:
    'The reader is the lab itself, on a connection of its own: it parses and checks each record, and keeps each order once. It begins when the load is over and nothing waits, reads twice, and the second time counts, when all code is compiled. In REST it asks the order service for pages of 1,000 orders, one after the other. In RabbitMQ it reads a stream that is bound beside the queues (EVENT_STREAM), over AMQP 0-9-1 and 1,000 messages ahead, not by the protocol that streams have of their own. In Kafka it reads the topic that the services read, in fetches of 512 kB.',
  isOptional: true,
  profiles: {
    full: { ordersPerSecond: 400, orders: 20_000 },
    quick: { ordersPerSecond: 100, orders: 300 },
  },
  columns: ['requested', 'lost', 'duplicated', 'unknown', 'orders read', 'all read after', READ_RATE],
  load: ({ orders }) => ({ orders }),
  disrupt: ({ brokers, comparison: { keepsResults } }) => ({
    environment: keepsResults,
    timeline: [
      at(
        isStill(brokers.length > 0),
        operation<NewReaderOperations>('read-orders', ({ planned }) => ({ expected: planned.length })),
      ),
    ],
    seen: [allRead('the new reader read of each order what inventory decided', readBy)],
    measures: readMeasures,
  }),
  explain([result], model) {
    const of = (name: string) => findMeasure(result, name)
    return sentence`${model}: a reader that joined later had read ${count(of('orders read'))} orders from the first one after ${ms(of('all read after'))}, ${count(of(READ_RATE))} orders a second.`
  },
})

const STILL_MS = 1_000

/** Holds when the load is over, nothing waits at the broker, and inventory has decided nothing for a second. */
function isStill(hasBroker: boolean): (progress: Progress) => boolean {
  let last = { decided: 0, sinceMs: 0 }
  return progress => {
    const { loadDone, decided, elapsedMs } = progress
    if (decided !== last.decided) last = { decided, sinceMs: elapsedMs }
    const isQuiet = !hasBroker || isDrained(progress)
    return loadDone && decided > 0 && isQuiet && elapsedMs - last.sinceMs >= STILL_MS
  }
}

const readIn = ({ executedSteps }: History): OrdersRead | undefined =>
  executedSteps.find(({ action }) => action === 'read-orders')?.result as OrdersRead | undefined

function readMeasures(history: History): Omit<Measure, 'variant'>[] {
  const { orders = 0, tookMs = null } = readIn(history) ?? {}
  return [
    { name: 'orders read', unit: 'orders', value: orders },
    { name: 'all read after', unit: 'ms', value: tookMs },
    { name: READ_RATE, unit: 'orders/s', value: tookMs === null ? null : orders / (tookMs / 1_000) },
  ]
}

function readBy(history: History): Read[] {
  const { orders = 0, digest = '' } = readIn(history) ?? {}
  return [{ orders, digest, ...(orders === 0 && { excuse: 'It read nothing before it gave up.' }) }]
}
