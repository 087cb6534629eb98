// Reads partitions of the log from given positions until it is closed. The reader belongs to no group: the caller knows
// where to start (from its store, or from its group's offsets), so a rebalance can never move it back.
// Guarantees: the records of a partition come in order, each once per reader; nothing is fetched while the caller is
// busy. While the broker is away it retries from its position. Not promised: an order between partitions.
import { Consumer } from '@platformatic/kafka'
import { explain } from '#common/contracts/errors.ts'
import { createBackoff } from '#common/service/retry.ts'
import type { TopicSpec } from '../messaging/topics.ts'
import type { BrokerAdmin } from './admin.ts'
import { clientOptions, RETRY_PACE } from './options.ts'
import { hasReached, isBefore, type Header, type LogRecord, type Positions } from './record.ts'

/** Larger fetches buffer far ahead of the work, and a backlog is then read several times slower. */
const MAX_BYTES = 512 * 1024
const CONTROL_BATCH = 32

export type ReaderOptions = {
  brokers: string
  clientId: string
  /** Where to start. The reader advances them. */
  positions: Positions
  closing: AbortSignal
  /** Reports a problem with reading, or null when reading works. */
  onDegraded(problem: string | null): void
}

/** Yields the records of each fetch, none when nothing arrived for 250 ms. Ends when `closing` is aborted. */
export async function* readLog(options: ReaderOptions): AsyncGenerator<LogRecord[]> {
  const { brokers, clientId, positions, closing, onDegraded } = options
  const client = new Consumer({ ...clientOptions(brokers, clientId), groupId: `${clientId}-reader` })
  client.topics.trackAll(...positions.keys())
  const backoff = createBackoff(closing, RETRY_PACE)
  client.on('error', () => {}) // each operation reports its own error
  try {
    while (!closing.aborted) {
      let records: LogRecord[]
      try {
        records = await fetchOnce(client, positions)
        onDegraded(null)
        backoff.reset()
      } catch (error) {
        if (closing.aborted) return
        onDegraded(explain(error))
        client.clearMetadata()
        await backoff.pause()
        continue
      }
      yield records
    }
  } finally {
    await client.close(true).catch(() => {})
  }
}

async function fetchOnce(client: Consumer, positions: Positions): Promise<LogRecord[]> {
  const metadata = await client.metadata({ topics: [...positions.keys()] })
  const names = new Map<string, string>()
  const requests = new Map<number, Parameters<typeof client.fetch>[0]['topics']>()
  for (const [name, offsets] of positions) {
    const topic = metadata.topics.get(name)
    if (!topic) throw new Error(`there is no topic ${name}`)
    names.set(topic.id, name)
    for (const [partition, fetchOffset] of offsets.entries()) {
      const leader = topic.partitions[partition]?.leader
      if (leader === undefined) throw new Error(`there is no partition ${partition} of ${name}`)
      const from = {
        partition,
        fetchOffset,
        currentLeaderEpoch: -1,
        lastFetchedEpoch: -1,
        partitionMaxBytes: MAX_BYTES,
      }
      const request = requests.get(leader) ?? []
      requests.set(leader, [...request, { topicId: topic.id, partitions: [from] }])
    }
  }
  // With several brokers, one without new records would delay the records of the others.
  const maxWaitTime = requests.size > 1 ? 20 : 250
  const limits = { minBytes: 1, maxBytes: MAX_BYTES, maxWaitTime, isolationLevel: 0 }
  const answers = await Promise.all([...requests].map(([node, topics]) => client.fetch({ ...limits, node, topics })))
  return answers.flatMap(({ responses }) =>
    responses.flatMap(({ topicId, partitions }) => {
      const topic = names.get(topicId)
      return topic === undefined ? [] : partitions.flatMap(answer => take(topic, answer, positions))
    }),
  )
}

type Answer = Awaited<ReturnType<Consumer['fetch']>>['responses'][number]['partitions'][number]

/** Returns the records from the position on (a batch may begin before it), and advances the position past them. */
function take(
  topic: string,
  { partitionIndex: partition, records: batches }: Answer,
  positions: Positions,
): LogRecord[] {
  const offsets = positions.get(topic)
  const from = offsets?.[partition]
  if (!offsets || from === undefined) return []
  const taken: LogRecord[] = []
  for (const batch of batches ?? []) {
    const next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n
    if (next > (offsets[partition] ?? 0n)) offsets[partition] = next
    if (batch.attributes & CONTROL_BATCH) continue
    for (const { offsetDelta, key, value, headers } of batch.records) {
      const offset = batch.firstOffset + BigInt(offsetDelta)
      if (offset < from) continue
      taken.push({ topic, partition, offset, key, value, headers: headers.map(toHeader) })
    }
  }
  return taken
}

const EMPTY = Buffer.alloc(0)
const toHeader = ([name, text]: [Buffer | null, Buffer | null]): Header => [name ?? EMPTY, text ?? EMPTY]

type Source = { admin: BrokerAdmin; brokers: string; name: string }

/**
 * Reads topics from their beginning to their present end.
 * @throws Error when the broker is away or a topic is missing. It does not wait for them.
 */
export async function readAll({ admin, brokers, name }: Source, specs: TopicSpec[]): Promise<LogRecord[]> {
  const ends = await admin.ends(specs)
  const positions: Positions = new Map([...ends].map(([topic, offsets]) => [topic, offsets.map(() => 0n)]))
  const records: LogRecord[] = []
  if (hasReached(positions, ends)) return records
  const onDegraded = (problem: string | null) => {
    if (problem !== null) throw new Error(problem)
  }
  const reader = { brokers, clientId: name, positions, closing: new AbortController().signal, onDegraded }
  for await (const fetched of readLog(reader)) {
    records.push(...fetched.filter(record => isBefore(ends, record)))
    if (hasReached(positions, ends)) break
  }
  return records
}
