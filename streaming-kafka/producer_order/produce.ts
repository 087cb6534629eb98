// The producer of N events from the command line: OrderPlaced records at a steady rate, straight into the log.
//   npm run service -- streaming-kafka/producer_order --events 10000 --per-second 1000
// Guarantees: it exits with 0 only when the log has acknowledged every event. Ids are new in every run.
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { explain } from '#common/contracts/errors.ts'
import { orderPlaced } from '#common/contracts/events.ts'
import { MENU, type Order } from '#common/contracts/order.ts'
import { wallTime } from '#common/contracts/clock.ts'
import { integer, readConfig } from '#common/service/config.ts'
import { createAdmin } from '../broker/admin.ts'
import { createProducer } from '../broker/producer.ts'
import { eventRecord } from '../broker/record.ts'
import { kafkaSettings } from '../messaging/settings.ts'
import { topicNames, topicSpecs } from '../messaging/topics.ts'

const USAGE = `Usage: npm run service -- streaming-kafka/producer_order [--events N] [--per-second N] [--kitchens N]
Without arguments it is the service. Example: npm run service -- streaming-kafka/producer_order --events 10000`
const TICK_MS = 5
const DEADLINE_MS = 10_000

const flags = {
  events: integer(1_000, 'number of orders', { min: 1, max: 10_000_000 }),
  'per-second': integer(1_000, 'orders per second', { min: 1, max: 100_000 }),
  kitchens: integer(64, 'number of kitchens that they are spread over', { min: 1, max: 100_000 }),
}

async function produce(args: string[]): Promise<string> {
  const options = Object.fromEntries(Object.keys(flags).map(name => [name, { type: 'string' as const }]))
  const { events, 'per-second': perSecond, kitchens } = readConfig(flags, parseArgs({ args, options }).values)
  const { KAFKA_BROKERS: brokers, PREFIX: prefix, TOPIC_FLUSH } = readConfig(kafkaSettings, process.env)
  const admin = createAdmin(brokers, 'produce')
  const producer = createProducer({ brokers, clientId: 'produce' })
  try {
    await admin.ensureTopics(topicSpecs(prefix), TOPIC_FLUSH === 'on')
    const topic = topicNames(prefix).orders
    const userId = `produce-${randomUUID()}`
    const began = performance.now()
    const sent: Promise<void>[] = []
    while (sent.length < events) {
      const due = Math.min(events, Math.floor(((performance.now() - began) * perSecond) / 1_000) + 1)
      while (sent.length < due) {
        const event = orderPlaced(orderOf(userId, sent.length, kitchens), happened())
        const sending = producer.send(eventRecord(topic, event), DEADLINE_MS)
        sending.catch(() => {}) // all are awaited below
        sent.push(sending)
      }
      await wait(TICK_MS)
    }
    await Promise.all(sent)
    const seconds = (performance.now() - began) / 1_000
    return `${events} orders of user ${userId} are in ${topic}, acknowledged in ${seconds.toFixed(1)} s`
  } finally {
    await producer.close()
    await admin.close()
  }
}

function orderOf(userId: string, index: number, kitchens: number): Order {
  const sku = MENU[index % MENU.length] ?? MENU[0]
  return { orderId: randomUUID(), userId, kitchenId: `kitchen-${index % kitchens}`, items: [{ sku, quantity: 1 }] }
}

const happened = () => ({ correlationId: randomUUID(), occurredAt: wallTime() })

/** Produces as the arguments say. An error is one sentence and exit code 2. */
export async function produceFromCommandLine(args: string[]): Promise<void> {
  try {
    console.log(args.includes('--help') ? USAGE : await produce(args))
  } catch (error) {
    console.error(`producer_order: ${explain(error)}\n${USAGE}`)
    process.exitCode = 2
  }
}
