import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runDriver } from '../setup/driver.ts'
import { startKafka } from '../setup/kafka-broker.ts'
import { eventsOf, padded } from '../setup/events.ts'
import type { Row } from '../row.ts'
import { producerRate } from '../setup/tool-output.ts'

const DRIVER = new URL('./kafka-produce-main.ts', import.meta.url)
const FIGURE = 'records acknowledged'
const PARTITIONS = 4
/** At once, on the side of the lab: enough for full batches all the time. */
const UNACKNOWLEDGED = 5_000
/** Both sides send these again and again. */
const DIFFERENT_ORDERS = 500

export type ProduceJob = {
  address: string
  topic: string
  records: number
  orders: number
  unacknowledged: number
  warmUp: number
}
/** Of the records after the warm-up. */
export type ProduceResult = { perSecond: number }

export const kafkaProduce: Row = {
  name: 'kafka-produce',
  figures: [{ name: FIGURE, unit: '/s', goal: { atLeast: 0.7 } }],
  driven: `The producer of streaming-kafka, in a process of its own, writes events of orders with acks=all to a topic of ${PARTITIONS} partitions; ${UNACKNOWLEDGED.toLocaleString('en-US')} records are on their way at once, and those of a warm-up are not counted.`,
  reference: `Kafka's own ProducerPerformance of the same installation, with its defaults and acks=all: records of the same texts and as many bytes, to a topic of its own on the same broker, with the same warm-up.`,
  boundBy: '',
  async open(context) {
    const { dataFolder, quick, signal } = context
    const [records, warmUp] = quick ? [60_000, 10_000] : [500_000, 100_000]
    const payloads = join(dataFolder, 'payloads')
    const events = eventsOf('bench', DIFFERENT_ORDERS, { orders: '', outcomes: '' })
    writeFileSync(payloads, events.map(padded).join('\n'))
    const kafka = await startKafka(context)
    const inTopic = async (name: string, measure: () => Promise<number>) => {
      await kafka.admin.ensureTopics([{ name, partitions: PARTITIONS }], false)
      const rate = await measure()
      await kafka.admin.deleteTopics([name])
      return { [FIGURE]: rate }
    }
    return {
      lab: round =>
        inTopic(`lab-${round}`, async () => {
          const { address } = kafka
          const job = {
            address,
            topic: `lab-${round}`,
            records,
            orders: DIFFERENT_ORDERS,
            unacknowledged: UNACKNOWLEDGED,
            warmUp,
          }
          const { perSecond } = await runDriver<ProduceResult>(DRIVER, job satisfies ProduceJob, signal)
          return perSecond
        }),
      reference: round =>
        inTopic(`tool-${round}`, async () => {
          const [topic, count] = [
            ['--topic', `tool-${round}`],
            ['--num-records', `${records}`, '--warmup-records', `${warmUp}`, '--throughput', '-1'],
          ]
          const to = ['--bootstrap-server', kafka.address, '--command-property', 'acks=all']
          const tool = 'org.apache.kafka.tools.ProducerPerformance'
          return producerRate(await kafka.tool(tool, ...topic, ...count, '--payload-file', payloads, ...to))
        }),
    }
  },
}
