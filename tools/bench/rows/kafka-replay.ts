import { Type } from '#common/contracts/type.ts'
import { parse } from '#common/contracts/parse.ts'
import { waitFor } from '#host/wait-for.ts'
import { createProducer } from '../../../streaming-kafka/broker/producer.ts'
import { streamingKafka } from '../../../streaming-kafka/lab/model.ts'
import { topicNames, topicSpecs } from '../../../streaming-kafka/messaging/topics.ts'
import { type BenchKafka, startKafka } from '../setup/kafka-broker.ts'
import { eventsOf } from '../setup/events.ts'
import type { Row, RowContext } from '../row.ts'
import { openServices } from '../setup/services.ts'
import { consumerRate } from '../setup/tool-output.ts'

const FIGURE = 'records read'
const ANALYTICS = 'analytics_consumer'
const PREFIX = 'bench-'
const DEADLINE_MS = 120_000
const EVERY_MS = 20

const Metrics = Type.Object({
  orders: Type.Integer(),
  outcomes: Type.Object({ failed: Type.Integer(), reserved: Type.Integer() }),
})

export const kafkaReplay: Row = {
  name: 'kafka-replay',
  figures: [{ name: FIGURE, unit: '/s', goal: { atLeast: 0.3 } }],
  driven:
    'analytics_consumer of streaming-kafka on an empty store: it reads a log of 200,000 records, two for each order, checks each against its schema, recognises duplicates by their ids, and counts them in transactions that are synced. The time counts from the first counted records to the last.',
  reference:
    "Kafka's own ConsumerPerformance of the same installation, which reads the same topics and drops what it has read; its time to join the group is not counted.",
  boundBy: 'On the side of the lab the one thread that reads, checks and counts. It starts cold in each round.',
  async open(context) {
    const kafka = await startKafka(context)
    const records = context.quick ? 20_000 : 200_000
    await fill(kafka, records)
    const deployment = { broker: { kafka: kafka.address }, prefix: PREFIX }
    const { runtime } = await openServices(streamingKafka, context, { deployment })
    return {
      async lab() {
        await runtime.start(ANALYTICS)
        const perSecond = await readingRate(`${runtime.url(ANALYTICS)}/metrics.json`, records, context.signal)
        await runtime.kill(ANALYTICS)
        await runtime.wipe(ANALYTICS)
        return { [FIGURE]: perSecond }
      },
      reference: async () => ({ [FIGURE]: await referenceRate(kafka, records) }),
    }
  },
}

async function fill({ admin, address }: BenchKafka, records: number): Promise<void> {
  await admin.ensureTopics(topicSpecs(PREFIX), false)
  const topics = topicNames(PREFIX)
  const producer = createProducer({ brokers: address, clientId: 'bench' })
  const events = eventsOf('bench-log', records / 2, { orders: topics.orders, outcomes: topics.inventoryEvents })
  try {
    await Promise.all(events.map(event => producer.send(event)))
  } finally {
    await producer.close()
  }
}

/** In records a second, from the first that are seen to be counted to the last. */
async function readingRate(page: string, records: number, signal: RowContext['signal']): Promise<number> {
  let now = { counted: 0, atMs: 0 }
  const hasCounted = (least: number) => async (): Promise<boolean> => {
    const { orders, outcomes } = parse(Metrics, await (await fetch(page, { signal })).json(), page)
    now = { counted: orders + outcomes.failed + outcomes.reserved, atMs: performance.now() }
    return now.counted >= least
  }
  const until = (least: number, what: string) =>
    waitFor(hasCounted(least), { deadlineMs: DEADLINE_MS, everyMs: EVERY_MS, what, signal })
  await until(1, 'the first records to be counted')
  const first = now
  await until(records, 'all records to be counted')
  return ((now.counted - first.counted) * 1_000) / (now.atMs - first.atMs)
}

async function referenceRate(kafka: BenchKafka, records: number): Promise<number> {
  const { orders, inventoryEvents } = topicNames(PREFIX)
  const read = [
    '--include',
    `(${orders}|${inventoryEvents})`,
    '--num-records',
    `${records}`,
    '--timeout',
    `${DEADLINE_MS}`,
  ]
  const tool = 'org.apache.kafka.tools.ConsumerPerformance'
  return consumerRate(await kafka.tool(tool, ...read, '--hide-header', '--bootstrap-server', kafka.address), records)
}
