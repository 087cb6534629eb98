import { join } from 'node:path'
import { createProducer } from '../../../streaming-kafka/broker/producer.ts'
import { streamingKafka } from '../../../streaming-kafka/lab/model.ts'
import { topicNames, topicSpecs } from '../../../streaming-kafka/messaging/topics.ts'
import { coreNames } from '../setup/cores.ts'
import { workOff } from '../setup/decisions.ts'
import { runDriver } from '../setup/driver.ts'
import { eventsOf } from '../setup/events.ts'
import { type BenchKafka, startKafka } from '../setup/kafka-broker.ts'
import type { OpenContext, Row, Side } from '../row.ts'
import { openServices } from '../setup/services.ts'

const DRIVER = new URL('./kafka-inventory-main.ts', import.meta.url)
const FIGURE = 'orders decided'
const { inventory } = streamingKafka.evidence
const BROKER = 'Kafka'
/** As many as the model works on at once by default. */
const AT_ONCE = 64

export type BareLoopJob = {
  address: string
  from: { name: string; partitions: number }
  to: string
  group: string
  records: number
  atOnce: number
  file: string
}
export type BareLoopResult = { perSecond: number }

export const kafkaInventory: Row = {
  name: 'kafka-inventory',
  figures: [{ name: FIGURE, unit: '/s', goal: { atLeast: 0.4 } }],
  cores: coreNames(inventory, BROKER),
  driven:
    'inventory_consumer of streaming-kafka, alone and on an empty store, finds 50,000 orders in the log: it decides each, keeps the decision on the disk, produces it, and commits its offset. The time counts from the first decision to the last.',
  reference: `The same loop bare, in one process with the same client library: batches of ${AT_ONCE} records are stored in one synced transaction each and produced, and their offsets committed; nothing is parsed, checked or decided.`,
  boundBy:
    'On the side of the lab the one thread of inventory_consumer, which is busy nearly all of the time, while the broker takes little. The largest part of that goes into the transactions of its store: an order takes several statements, a record of the reference one.',
  async open(context) {
    const kafka = await startKafka(context)
    const orders = context.quick ? 2_000 : 50_000
    return {
      lab: round => decide(context, kafka, round, orders),
      async reference(round) {
        const prefix = `bare-${round}-`
        const from = await fill(kafka, prefix, orders)
        const job: BareLoopJob = {
          address: kafka.address,
          from,
          to: topicNames(prefix).inventoryEvents,
          group: `${prefix}bare`,
          records: orders,
          atOnce: AT_ONCE,
          file: join(context.dataFolder, `${prefix}store.db`),
        }
        const { perSecond } = await runDriver<BareLoopResult>(DRIVER, job, context.signal)
        await kafka.admin.deleteTopics(topicSpecs(prefix).map(({ name }) => name))
        return { [FIGURE]: perSecond }
      },
    }
  },
}

/** Each round has a log of its own: a store is filled from the decisions that are in the log. */
async function decide(context: OpenContext, kafka: BenchKafka, round: string, orders: number): ReturnType<Side> {
  await using ends = new AsyncDisposableStack()
  const dataFolder = join(context.dataFolder, round)
  const prefix = `lab-${round}-`
  const deployment = { broker: { kafka: kafka.address }, prefix }
  const { runtime } = await openServices(streamingKafka, { ...context, ends, dataFolder }, { deployment })
  await fill(kafka, prefix, orders)
  await runtime.start(inventory)
  const { signal } = context
  const of = { runtime, service: inventory, broker: { name: BROKER, pids: kafka.pids }, orders, signal }
  const { perSecond, cores } = await workOff(of)
  return { [FIGURE]: perSecond, ...cores }
}

/** Resolves with the topic that has the orders. */
async function fill({ admin, address }: BenchKafka, prefix: string, orders: number): Promise<BareLoopJob['from']> {
  const specs = topicSpecs(prefix)
  await admin.ensureTopics(specs, false)
  const topics = topicNames(prefix)
  const events = eventsOf(prefix, orders, { orders: topics.orders, outcomes: topics.inventoryEvents })
  const producer = createProducer({ brokers: address, clientId: 'bench' })
  try {
    await Promise.all(events.filter(({ topic }) => topic === topics.orders).map(event => producer.send(event)))
  } finally {
    await producer.close()
  }
  const [{ partitions } = { partitions: 1 }] = specs.filter(({ name }) => name === topics.orders)
  return { name: topics.orders, partitions }
}
