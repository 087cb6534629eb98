// Reads partitions of the log from given positions until it is closed. The reader belongs to no group: the caller knows
// where to start (from its store, or from its group's offsets), so a rebalance can never move it back.
// Guarantees: the records of a partition come in order, each once per reader; nothing is fetched while the caller is
// busy; records of a transaction come when it is committed, and never when it is aborted. While the broker is away it
// retries from its position. Where the log is no longer the one that the position belongs to, it reads nothing any more and says
// so until a person decides. Not promised: an order between partitions.
import { once } from 'node:events'
import { Consumer, FetchIsolationLevels } from '@platformatic/kafka'
import { explain } from '#common/contracts/errors.ts'
import { createBackoff } from '#common/service/retry.ts'
import type { TopicSpec } from '../messaging/topics.ts'
import type { BrokerAdmin } from './admin.ts'
import { clientOptions, isOutOfRange, RETRY_PACE } from './options.ts'
import { hasReached, isBefore, type Header, type LogMarks, type LogRecord, type Positions } from './record.ts'

/** Larger fetches buffer far ahead of the work, and a backlog is then read several times slower. */
const MAX_BYTES = 512 * 1024
const TRANSACTIONAL_BATCH = 16
const CONTROL_BATCH = 32

export type ReaderOptions = {
  brokers: string
  clientId: string
  /** Where to start. The reader advances them, and adds the partitions that are added to a topic. */
  positions: Positions
  /** The log that the positions belong to. The reader advances it. */
  marks?: LogMarks
  closing: AbortSignal
  /** Reports a problem with reading, or null when reading works. */
  onDegraded(problem: string | null): void
}

/** Yields the records of each fetch, none when nothing arrived for 250 ms. Ends when `closing` is aborted. */
export async function* readLog(options: ReaderOptions): AsyncGenerator<LogRecord[]> {
  const { brokers, clientId, positions, closing, onDegraded, marks = { ids: new Map(), epochs: new Map() } } = options
  const client = new Consumer({ ...clientOptions(brokers, clientId), groupId: `${clientId}-reader` })
  client.topics.trackAll(...positions.keys())
  const backoff = createBackoff(closing, RETRY_PACE)
  client.on('error', () => {}) // each operation reports its own error
  try {
    while (!closing.aborted) {
      let records: LogRecord[]
      try {
        records = await fetchOnce(client, positions, marks)
        onDegraded(null)
        backoff.reset()
      } catch (error) {
        if (closing.aborted) return
        onDegraded(explain(error))
        if (isForAPerson(error)) return void (await once(closing, 'abort'))
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

/** The log is not the one that was read, or its end or beginning has moved over the position. Reading on would skip records. */
class OtherLog extends Error {}
const isForAPerson = (error: unknown): boolean => error instanceof OtherLog || isOutOfRange(error)

async function fetchOnce(client: Consumer, positions: Positions, marks: LogMarks): Promise<LogRecord[]> {
  const metadata = await client.metadata({ topics: [...positions.keys()] })
  const names = new Map<string, string>()
  const requests = new Map<number, Parameters<typeof client.fetch>[0]['topics']>()
  for (const [name, offsets] of positions) {
    const topic = metadata.topics.get(name)
    if (!topic) throw new Error(`there is no topic ${name}`)
    const id = marks.ids.get(name) ?? topic.id
    if (id !== topic.id) throw new OtherLog(`the topic ${name} was deleted and made again; it is another log`)
    marks.ids.set(name, id)
    names.set(topic.id, name)
    const epochs = marks.epochs.get(name) ?? []
    marks.epochs.set(name, epochs)
    // A partition that was added since is read from its beginning.
    while (offsets.length < topic.partitionsCount) offsets.push(0n)
    for (const [partition, fetchOffset] of offsets.entries()) {
      const leader = topic.partitions[partition]?.leader
      if (leader === undefined) throw new Error(`there is no partition ${partition} of ${name}`)
      const from = {
        partition,
        fetchOffset,
        currentLeaderEpoch: -1,
        lastFetchedEpoch: epochs[partition] ?? -1,
        partitionMaxBytes: MAX_BYTES,
      }
      const request = requests.get(leader) ?? []
      requests.set(leader, [...request, { topicId: topic.id, partitions: [from] }])
    }
  }
  // With several brokers, one without new records would delay the records of the others.
  const maxWaitTime = requests.size > 1 ? 20 : 250
  const limits = { minBytes: 1, maxBytes: MAX_BYTES, maxWaitTime, isolationLevel: FetchIsolationLevels.READ_COMMITTED }
  const answers = await Promise.all([...requests].map(([node, topics]) => client.fetch({ ...limits, node, topics })))
  return answers.flatMap(({ responses }) =>
    responses.flatMap(({ topicId, partitions }) => {
      const topic = names.get(topicId)
      return topic === undefined
        ? []
        : partitions.flatMap(answer => take(topic, answer, positions, marks.epochs.get(topic) ?? []))
    }),
  )
}

type Answer = Awaited<ReturnType<Consumer['fetch']>>['responses'][number]['partitions'][number]

/** Returns the records from the position on (a batch may begin before it), and advances the position past them. */
function take(
  topic: string,
  { partitionIndex: partition, records: batches, abortedTransactions, divergingEpoch }: Answer,
  positions: Positions,
  epochs: number[],
): LogRecord[] {
  const offsets = positions.get(topic)
  const from = offsets?.[partition]
  if (!offsets || from === undefined) return []
  if (divergingEpoch && divergingEpoch.endOffset >= 0n) {
    const lost = `the records of ${topic}/${partition} from ${divergingEpoch.endOffset} to ${from} were read and are lost`
    throw new OtherLog(`${lost}; others are in their place`)
  }
  const taken: LogRecord[] = []
  // The client filters too, but only transactions that end within one fetch.
  const isAborted = abortedBatches(abortedTransactions ?? [])
  for (const batch of batches ?? []) {
    const next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n
    const { partitionLeaderEpoch: epoch } = batch
    if (next > (offsets[partition] ?? 0n)) {
      offsets[partition] = next
      epochs[partition] = epoch
    }
    if (isAborted(batch) || batch.attributes & CONTROL_BATCH) continue
    for (const { offsetDelta, key, value, headers } of batch.records) {
      const offset = batch.firstOffset + BigInt(offsetDelta)
      if (offset < from) continue
      taken.push({ topic, partition, offset, epoch, key, value, headers: headers.map(toHeader) })
    }
  }
  return taken
}

type Batch = NonNullable<Answer['records']>[number]

/** Whether a batch belongs to an aborted transaction. It is asked for every batch of a partition, in their order. */
function abortedBatches(transactions: { producerId: bigint; firstOffset: bigint }[]): (batch: Batch) => boolean {
  let toCome = transactions
  const aborting = new Set<bigint>()
  return ({ firstOffset, lastOffsetDelta, attributes, producerId }) => {
    const hasBegun = (transaction: { firstOffset: bigint }) =>
      transaction.firstOffset <= firstOffset + BigInt(lastOffsetDelta)
    for (const transaction of toCome.filter(hasBegun)) aborting.add(transaction.producerId)
    toCome = toCome.filter(transaction => !hasBegun(transaction))
    // A control batch is the end of its producer's transaction.
    if (attributes & CONTROL_BATCH) aborting.delete(producerId)
    return (attributes & TRANSACTIONAL_BATCH) !== 0 && aborting.has(producerId)
  }
}

const EMPTY = Buffer.alloc(0)
const toHeader = ([name, text]: [Buffer | null, Buffer | null]): Header => [name ?? EMPTY, text ?? EMPTY]

type Source = { admin: BrokerAdmin; brokers: string; name: string }

/**
 * Reads topics from the first record that was not deleted to their present end.
 * @throws Error when the broker is away or a topic is missing. It does not wait for them.
 */
export async function readAll({ admin, brokers, name }: Source, specs: TopicSpec[]): Promise<LogRecord[]> {
  const ends = await admin.ends(specs)
  const positions = await admin.starts(specs)
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
