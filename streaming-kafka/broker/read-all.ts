// Reads topics from their beginning to their present end.
import type { TopicSpec } from '../messaging/topics.ts'
import type { BrokerAdmin } from './admin.ts'
import { readLog } from './log-reader.ts'
import { hasReached, isBefore, type LogRecord, type Positions } from './record.ts'

type Source = { admin: BrokerAdmin; brokers: string; name: string }

/** @throws Error when the broker is away or a topic is missing. It does not wait for them. */
export async function readAll({ admin, brokers, name }: Source, specs: TopicSpec[]): Promise<LogRecord[]> {
  const ends = await admin.ends(specs)
  const positions: Positions = new Map([...ends].map(([topic, offsets]) => [topic, offsets.map(() => 0n)]))
  const records: LogRecord[] = []
  if (hasReached(positions, ends)) return records
  const closing = new AbortController()
  const onDegraded = (problem: string | null) => {
    if (problem !== null) throw new Error(problem)
  }
  for await (const some of readLog({
    brokers,
    clientId: name,
    positions,
    closing: closing.signal,
    onDegraded,
  })) {
    records.push(...some.filter(record => isBefore(ends, record)))
    if (hasReached(positions, ends)) break
  }
  return records
}
