// The process of kafka-produce.ts on the side of the lab.
import { createProducer } from '../../../streaming-kafka/broker/producer.ts'
import { drive } from '../setup/driver.ts'
import { eventsOf } from '../setup/events.ts'
import type { ProduceJob, ProduceResult } from './kafka-produce.ts'

await drive<ProduceJob>(async ({ address, topic, records, orders, unacknowledged, warmUp }): Promise<ProduceResult> => {
  const events = eventsOf('bench', orders, { orders: topic, outcomes: topic })
  const producer = createProducer({ brokers: address, clientId: 'bench' })
  let [sent, acknowledged, began] = [0, 0, 0]
  const sendOneByOne = async (): Promise<void> => {
    while (sent < records) {
      const event = events[sent++ % events.length]
      if (event) await producer.send(event)
      if (++acknowledged === warmUp) began = performance.now()
    }
  }
  await Promise.all(Array.from({ length: unacknowledged }, sendOneByOne))
  const seconds = (performance.now() - began) / 1_000
  await producer.close()
  return { perSecond: (records - warmUp) / seconds }
})
