// Reads topics from their beginning to where they end now.
import type { TopicSpec } from '../topics.ts'
import type { BrokerAdmin } from './admin.ts'
import { readLog } from './log-reader.ts'
import type { LogRecord, Positions } from './record.ts'

type Source = { admin: BrokerAdmin; brokers: string; name: string }

/** @throws Error when the broker is away or a topic is missing; it does not wait for them */
export async function readAll({ admin, brokers, name }: Source, specs: TopicSpec[]): Promise<LogRecord[]> {
  const ends = await admin.ends(specs)
  const positions: Positions = new Map([...ends].map(([topic, offsets]) => [topic, offsets.map(() => 0n)]))
  const atEnd = () => [...ends].every(([topic, offsets]) => offsets.every((end, p) => at(positions, topic, p) >= end))
  const records: LogRecord[] = []
  if (atEnd()) return records
  const closing = new AbortController()
  const onTrouble = (trouble: string | null) => {
    if (trouble !== null) throw new Error(trouble)
  }
  for await (const some of readLog({ brokers, clientId: name, positions, closing: closing.signal, onTrouble })) {
    for (const record of some) if (record.offset < at(ends, record.topic, record.partition)) records.push(record)
    if (atEnd()) break
  }
  return records
}

const at = (positions: Positions, topic: string, partition: number): bigint => positions.get(topic)?.[partition] ?? 0n
