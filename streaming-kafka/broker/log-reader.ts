// Reads partitions of the log from given positions until it is closed. The reader belongs to no group: the caller knows
// where to start (from its store, or from its group's offsets), so a rebalance can never move it back.
// Guarantees: the records of a partition come in order, each once per reader; nothing is fetched while the caller is
// busy; records of a transaction come when it is committed, and never when it is aborted (a damaged batch does not say whose it
// is, and comes as one that cannot be read). While the broker is away it retries from its position. Where the log is no longer the one that the position belongs to, it reads nothing any more and says
// so until a person decides. Not promised: an order between partitions.
import { once } from 'node:events'
import { FetchIsolationLevels } from './client.ts'
import { explain } from '#common/contracts/errors.ts'
import { createBackoff } from '#common/service/retry.ts'
import type { TopicSpec } from '../messaging/topics.ts'
import type { BrokerAdmin } from './admin.ts'
import { type Budget, isSpent, newBudget, recordsIn } from './batch-records.ts'
import { type Batch, batchesIn } from './batches.ts'
import { type FetchedPartition, type FetchedTopic, LogClient } from './fetch.ts'
import { clientOptions, isOutOfRange, RETRY_PACE } from './options.ts'
import { hasReached, isBefore, type LogMarks, type LogRecord, type Positions } from './record.ts'

/** Whoever works on single records holds all that a fetch has brought until the last of them is begun. */
const AT_ONCE: FetchSize = { maxBytes: 512 * 1024, minBytes: 1, waitMs: 250 }
/** For a reader that no order waits for: what a fetch and a transaction cost beside their records is paid that much less often. */
export const GATHERED: FetchSize = { maxBytes: 512 * 1024, minBytes: 256 * 1024, waitMs: 100 }
/** With several brokers, one without new records would delay the records of the others. */
const WAIT_OF_SEVERAL_MS = 20

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
  fetchSize?: FetchSize | undefined
}

/**
 * `maxBytes`: the most that one fetch brings, but for a batch that is larger. `minBytes`: a fetch waits for so many, `waitMs` at
 * most, so that a reader which is in no hurry does not fetch every record by itself.
 */
export type FetchSize = { maxBytes: number; minBytes: number; waitMs: number }

/** Yields the records of each fetch, none when nothing arrived for 250 ms (`waitMs`). Ends when `closing` is aborted. */
export async function* readLog(options: ReaderOptions): AsyncGenerator<LogRecord[]> {
  const { brokers, clientId, positions, closing, onDegraded, marks = noMarks(), fetchSize = AT_ONCE } = options
  const client = new LogClient({ ...clientOptions(brokers, clientId), groupId: `${clientId}-reader` })
  client.topics.trackAll(...positions.keys())
  const suspects: Suspects = new Map()
  const backoff = createBackoff(closing, RETRY_PACE)
  client.on('error', () => {}) // each operation reports its own error
  try {
    while (!closing.aborted) {
      let records: LogRecord[]
      try {
        records = await fetchOnce(client, fetchSize, { positions, marks, suspects })
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

const noMarks = (): LogMarks => ({ ids: new Map(), epochs: new Map() })

/** The log is not the one that was read, or its end or beginning has moved over the position. Reading on would skip records. */
class OtherLog extends Error {}
const isForAPerson = (error: unknown): boolean => error instanceof OtherLog || isOutOfRange(error)

async function fetchOnce(client: LogClient, fetchSize: FetchSize, state: State): Promise<LogRecord[]> {
  const { maxBytes, minBytes, waitMs } = fetchSize
  const { positions, marks } = state
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
        partitionMaxBytes: maxBytes,
      }
      const request = requests.get(leader) ?? []
      requests.set(leader, [...request, { topicId: topic.id, partitions: [from] }])
    }
  }
  const maxWaitTime = requests.size > 1 ? Math.min(waitMs, WAIT_OF_SEVERAL_MS) : waitMs
  const limits = { minBytes, maxBytes, maxWaitTime, isolationLevel: FetchIsolationLevels.READ_COMMITTED }
  const answers = await Promise.all(
    [...requests].map(([node, topics]) => client.fetchBatches({ ...limits, node, topics })),
  )
  return takeAll(answers.flat(), names, state)
}

/** By partition: the batch that the last fetch could not read, and why. */
type Suspects = Map<string, string>
type State = { positions: Positions; marks: LogMarks; suspects: Suspects }

/**
 * The records of a fetch from the positions on; the positions are advanced past them. A batch that cannot be read is fetched
 * once more, and is read by none when that says the same: it may have been damaged on its way.
 * @param names of topics by their ids
 * @throws Error when the log is another one; then no position is advanced, because nothing is handed over
 */
export function takeAll(fetched: FetchedTopic[], names: Map<string, string>, state: State): LogRecord[] {
  const { positions, marks } = state
  const budget = newBudget()
  const taken = fetched.flatMap(({ topicId, partitions }) => {
    const topic = names.get(topicId)
    if (topic === undefined) return []
    return partitions.flatMap(answer => take(topic, answer, state, budget) ?? [])
  })
  for (const { topic, partition, next, epoch } of taken) {
    const offsets = positions.get(topic)
    if (offsets) offsets[partition] = next
    const known = marks.epochs.get(topic)
    if (known && epoch !== undefined) known[partition] = epoch
  }
  return taken.flatMap(({ records }) => records)
}

type Taken = { topic: string; partition: number; records: LogRecord[]; next: bigint; epoch: number | undefined }

/** The records of a partition from the position on (a batch may begin before it), and the position after them. */
function take(
  topic: string,
  { partitionIndex: partition, end, batches, abortedTransactions, divergingEpoch }: FetchedPartition,
  { positions, suspects }: State,
  budget: Budget,
): Taken | undefined {
  const from = positions.get(topic)?.[partition]
  if (from === undefined) return undefined
  if (divergingEpoch && divergingEpoch.endOffset >= 0n) {
    const lost = `the records of ${topic}/${partition} from ${divergingEpoch.endOffset} to ${from} were read and are lost`
    throw new OtherLog(`${lost}; others are in their place`)
  }
  const taken: Taken = { topic, partition, records: [], next: from, epoch: undefined }
  const isAborted = abortedBatches(abortedTransactions)
  for (const batch of batchesIn(batches, { from, end })) {
    if (isSpent(budget)) break
    const isOfNobody = isAborted(batch) || batch.isControl
    const records = isOfNobody ? [] : recordsIn(batch, budget)
    const problem = records.find(({ unread }) => unread?.code === 'malformed')?.unread?.why
    if (isNewSuspect(suspects, `${topic}/${partition}`, problem)) break
    for (const record of records) if (record.offset >= from) taken.records.push({ topic, partition, ...record })
    taken.next = batch.lastOffset + 1n
    taken.epoch = batch.epoch
  }
  return taken
}

function isNewSuspect(suspects: Suspects, place: string, problem: string | undefined): boolean {
  if (problem === undefined) return false
  const isNew = suspects.get(place) !== problem
  if (isNew) suspects.set(place, problem)
  else suspects.delete(place)
  return isNew
}

/** Whether a batch belongs to an aborted transaction. It is asked for every batch of a partition, in their order. */
function abortedBatches(transactions: { producerId: bigint; firstOffset: bigint }[]): (batch: Batch) => boolean {
  let toCome = transactions
  const aborting = new Set<bigint>()
  return ({ lastOffset, isControl, isTransactional, producerId }) => {
    const hasBegun = (transaction: { firstOffset: bigint }) => transaction.firstOffset <= lastOffset
    for (const transaction of toCome.filter(hasBegun)) aborting.add(transaction.producerId)
    toCome = toCome.filter(transaction => !hasBegun(transaction))
    // A control batch is the end of its producer's transaction.
    if (isControl) aborting.delete(producerId)
    return isTransactional && aborting.has(producerId)
  }
}

type Source = { admin: BrokerAdmin; brokers: string; name: string }

/**
 * Reads topics from the first record that was not deleted to their present end. Yields the records of each fetch.
 * @throws Error when the broker is away or a topic is missing. It does not wait for them.
 */
export async function* readPresent({ admin, brokers, name }: Source, specs: TopicSpec[]): AsyncGenerator<LogRecord[]> {
  const ends = await admin.ends(specs)
  const positions = await admin.starts(specs)
  if (hasReached(positions, ends)) return
  const onDegraded = (problem: string | null) => {
    if (problem !== null) throw new Error(problem)
  }
  const reader = { brokers, clientId: name, positions, closing: new AbortController().signal, onDegraded }
  for await (const fetched of readLog(reader)) {
    yield fetched.filter(record => isBefore(ends, record))
    if (hasReached(positions, ends)) return
  }
}

/** All records of topics, in memory. @throws Error as `readPresent` does */
export async function readAll(source: Source, specs: TopicSpec[]): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  for await (const fetched of readPresent(source, specs)) records.push(...fetched)
  return records
}

/** The first record of a topic. @throws Error as `readPresent` does */
export async function readFirst(source: Source, specs: TopicSpec[]): Promise<LogRecord | undefined> {
  for await (const [first] of readPresent(source, specs)) if (first) return first
  return undefined
}
