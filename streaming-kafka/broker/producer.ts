// Writes records in batches: one request at a time, bounded in records and bytes. Records that arrive meanwhile form the
// next batch.
// Guarantees: a promise resolves only when all in-sync replicas have the record; records of one caller keep their order
// in a partition; `unavailable` means that the record never left this process; after `deadline-passed` the result is
// unknown, and the record is still pending: it is written as soon as the broker is back.
// Not promised: that a record is written once. After an error of the client a new client sends the batch again, and the
// broker cannot recognise its records as duplicates. Every reader recognises them by an id derived from the order.
import { compatibilityPartitioner, Producer } from './client.ts'
import { type BusyTime, busyTime } from '#common/contracts/busy-time.ts'
import { explain, LabError } from '#common/contracts/errors.ts'
import { createBackoff } from '#common/service/retry.ts'
import { clientOptions, isTooLarge, RETRY_PACE } from './options.ts'
import { checkKey, headerBytes, type NewRecord } from './record.ts'

/** Larger requests are no faster. Several requests at once lose the order when the broker restarts. */
const MAX_BATCH = 500
/** By default a broker takes 1 MiB per partition and batch, and all records of a batch may have the same partition. */
const MAX_BATCH_BYTES = 512 * 1024

export type LogProducer = {
  /**
   * Resolves when the record is acknowledged. Without `deadlineMs` it waits for as long as the broker is away.
   * @throws LabError `unavailable` (not handed over: nothing happened), `deadline-passed` (unknown), `too-large`
   */
  send(record: NewRecord, deadlineMs?: number): Promise<void>
  close(): Promise<void>
}

export type GuardedProducer = LogProducer & {
  /** From now on nothing is written, and nothing written again, before `mayWrite` resolves. */
  guardWith(mayWrite: () => Promise<void>): void
  /** It was closed while records were on their way, and they may still reach the log. */
  leftUnanswered(): boolean
}

export type ProducerOptions = {
  brokers: string
  clientId: string
  /** The most records with a deadline that may wait here; the next one is refused. Without a limit by default. */
  maxWaiting?: number
  onDegraded?(problem: string | null): void
  /** Counts the requests that are not acknowledged. */
  sends?: BusyTime
}

/** A record on its way, and the promise of its caller. It is answered once: by the broker, by its deadline or by `close`. */
type PendingRecord = { record: NewRecord; answer(error?: LabError): void }

export function createProducer({
  maxWaiting = Infinity,
  sends = busyTime(),
  ...options
}: ProducerOptions): GuardedProducer {
  const writer = createBatchWriter(options)
  let waiting: PendingRecord[] = []
  let handedOver: PendingRecord[] = []
  let isStalled = false
  let isClosed = false
  let leftUnanswered = false

  async function writeWaiting(): Promise<void> {
    // Records that are sent in one turn of the event loop share a request.
    await new Promise(resolve => setImmediate(resolve))
    while (waiting.length > 0 && !isClosed) {
      const count = batchLength(waiting)
      handedOver = waiting.slice(0, count)
      waiting = waiting.slice(count)
      sends.enter()
      await writer.write(handedOver)
      sends.leave()
      for (const { answer } of handedOver) answer()
      handedOver = []
      isStalled = false
    }
  }

  function expire(pending: PendingRecord): void {
    isStalled = true
    if (handedOver.includes(pending))
      return pending.answer(new LabError('deadline-passed', 'the log did not acknowledge it in time'))
    waiting = waiting.filter(other => other !== pending)
    pending.answer(new LabError('unavailable', 'the broker did not take it in time; nothing was written'))
  }

  return {
    send(record, deadlineMs) {
      if (isClosed) return Promise.reject(new LabError('unavailable', 'the service is stopping'))
      if (deadlineMs !== undefined && (isStalled || waiting.length >= maxWaiting)) {
        const why = isStalled ? 'the broker does not acknowledge' : `${maxWaiting} records wait for the broker already`
        return Promise.reject(new LabError('unavailable', `${why}; nothing was written`))
      }
      try {
        checkKey(keyOf(record))
      } catch (error) {
        return Promise.reject(error as LabError)
      }
      const sent = Promise.withResolvers<void>()
      const pending: PendingRecord = { record, answer: error => (error ? sent.reject(error) : sent.resolve()) }
      const isIdle = waiting.length === 0 && handedOver.length === 0
      waiting.push(pending)
      if (isIdle) void writeWaiting()
      if (deadlineMs === undefined) return sent.promise
      const timer = setTimeout(expire, deadlineMs, pending)
      return sent.promise.finally(() => clearTimeout(timer))
    },
    guardWith: writer.guardWith,
    leftUnanswered: () => leftUnanswered,
    async close() {
      isClosed = true
      leftUnanswered = handedOver.length > 0
      for (const { answer } of handedOver) answer(new LabError('deadline-passed', 'the service stopped; it is unknown'))
      for (const { answer } of waiting) answer(new LabError('unavailable', 'the service is stopping'))
      await writer.close()
    },
  }
}

/** Writes a batch until it is acknowledged. After an error it writes it again, with a new client. */
function createBatchWriter({
  brokers,
  clientId,
  onDegraded = () => {},
}: Omit<ProducerOptions, 'maxWaiting' | 'sends'>) {
  let client = newClient(brokers, clientId)
  let mayWrite = async () => {}
  const closing = new AbortController()

  /** Returns when the batch is acknowledged, or the writer is closed. A record that is too large is answered here. */
  async function write(batch: PendingRecord[]): Promise<void> {
    const messages = batch.map(({ record }) => toMessage(record))
    const backoff = createBackoff(closing.signal, RETRY_PACE)
    while (!closing.signal.aborted) {
      try {
        await mayWrite()
        if (closing.signal.aborted) return
        await client.send({ messages })
        return onDegraded(null)
      } catch (error) {
        if (closing.signal.aborted) return
        const tooLarge = isTooLarge(error)
        if (!tooLarge) onDegraded(explain(error))
        void client.close(true).catch(() => {})
        if (!tooLarge) await backoff.pause()
        if (closing.signal.aborted) return
        client = newClient(brokers, clientId)
        if (tooLarge) return writeHalves(batch)
      }
    }
  }

  /** A batch that is too large may fit in halves. A single record that is too large never fits. */
  async function writeHalves(batch: PendingRecord[]): Promise<void> {
    const [only] = batch
    if (batch.length === 1 && only)
      return only.answer(new LabError('too-large', 'the broker takes no record of this size'))
    const half = Math.ceil(batch.length / 2)
    await write(batch.slice(0, half))
    await write(batch.slice(half))
  }

  return {
    write,
    guardWith: (check: () => Promise<void>) => void (mayWrite = check),
    async close() {
      closing.abort()
      await client.close(true).catch(() => {})
    },
  }
}

/** How many of the first records form one batch; at least one. */
function batchLength(waiting: readonly PendingRecord[]): number {
  let bytes = 0
  for (const [index, { record }] of waiting.entries()) {
    bytes += bytesOf(record)
    if (index > 0 && (index === MAX_BATCH || bytes > MAX_BATCH_BYTES)) return index
  }
  return waiting.length
}

const keyOf = ({ key }: NewRecord): Buffer | null => (key === null ? null : Buffer.from(key))

/** About the bytes that it has in a batch. */
const bytesOf = ({ key, value, headers = [] }: NewRecord): number =>
  (key?.length ?? 0) + (value?.byteLength ?? 0) + headerBytes(headers)

/** -1 requests a new producer id from the broker. The client's default is a fixed id, which two producers would share. */
function newClient(brokers: string, clientId: string): Producer {
  const idempotent = { idempotent: true, producerId: -1n, producerEpoch: -1, partitioner: compatibilityPartitioner }
  const client = new Producer<Buffer, Buffer, Buffer, Buffer>({ ...clientOptions(brokers, clientId), ...idempotent })
  client.on('error', () => {}) // each send reports its own error
  return client
}

const toMessage = ({ topic, key, value, headers = [] }: NewRecord) => ({
  topic,
  ...(key !== null && { key: Buffer.from(key) }),
  ...(value !== null && { value: Buffer.from(value) }),
  // Each name is a buffer of its own, so a name that comes twice stays twice.
  headers: new Map(headers),
})
