// Writes records in batches: one request at a time, bounded in records and bytes, and what comes meanwhile is the next.
// Guarantees: a promise resolves only when all in-sync replicas have the record; records of one caller keep their order
// in a partition; `unavailable` means that the record never left this process; after `deadline-passed` nobody knows, and
// the record is still on its way: it is written as soon as the broker is there.
// Not promised: that a record is written once. After an error of the client a batch is sent again by a new one, and then
// the broker cannot know the copies; every reader knows them by the id that follows from the order.
import { compatibilityPartitioner, Producer } from '@platformatic/kafka'
import { setTimeout as wait } from 'node:timers/promises'
import { LabError } from '#common/contracts/errors.ts'
import { clientOptions, explain, isTooLarge } from './options.ts'
import type { NewRecord } from './record.ts'

/** More in a request is no faster; several requests at once lose the order when the broker restarts. */
const MAX_BATCH = 500
/** A broker takes 1 MiB a partition and batch by default; all records of a batch may have one partition. */
const MAX_BATCH_BYTES = 512 * 1024
const AGAIN_MS = 200

export type LogProducer = {
  /**
   * Resolves when the record is acknowledged. Without `deadlineMs` it waits for as long as the broker is away.
   * @throws LabError `unavailable` (not handed over: nothing happened), `deadline-passed` (unknown), `too-large`
   */
  send(record: NewRecord, deadlineMs?: number): Promise<void>
  close(): Promise<void>
}

export type ProducerOptions = {
  brokers: string
  clientId: string
  /** Records that may wait here; the next one is refused. */
  maxWaiting: number
  onDegraded(trouble: string | null): void
}

type Waiting = { record: NewRecord; resolve(): void; reject(error: LabError): void; settled: boolean }

export function createProducer({ brokers, clientId, maxWaiting, onDegraded }: ProducerOptions): LogProducer {
  let client = newClient(brokers, clientId)
  let waiting: Waiting[] = []
  let handedOver: Waiting[] = []
  let stalled = false
  let closed = false

  async function pump(): Promise<void> {
    // What one turn of the loop hands in shares a request.
    await new Promise(resolve => setImmediate(resolve))
    while (waiting.length > 0 && !closed) {
      const count = fitting(waiting)
      handedOver = waiting.slice(0, count)
      waiting = waiting.slice(count)
      await write(handedOver)
      for (const one of handedOver) settle(one)
      handedOver = []
      stalled = false
    }
  }

  /** Returns when the batch is acknowledged, or the producer is closed. */
  async function write(batch: Waiting[]): Promise<void> {
    const messages = batch.map(({ record }) => toMessage(record))
    while (!closed) {
      try {
        await client.send({ messages })
        return onDegraded(null)
      } catch (error) {
        if (closed) return
        const tooLarge = isTooLarge(error)
        if (!tooLarge) onDegraded(explain(error))
        void client.close(true).catch(() => {})
        if (!tooLarge) await wait(AGAIN_MS)
        client = newClient(brokers, clientId)
        if (tooLarge) return writeParts(batch)
      }
    }
  }

  /** What is too large together may fit apart; a record that is too large alone never will. */
  async function writeParts(batch: Waiting[]): Promise<void> {
    const [one] = batch
    if (batch.length === 1 && one)
      return settle(one, new LabError('too-large', 'the broker takes no record of this size'))
    const half = Math.ceil(batch.length / 2)
    await write(batch.slice(0, half))
    await write(batch.slice(half))
  }

  function settle(one: Waiting, error?: LabError): void {
    if (one.settled) return
    one.settled = true
    if (error) one.reject(error)
    else one.resolve()
  }

  function giveUp(one: Waiting): void {
    stalled = true
    if (handedOver.includes(one)) settle(one, new LabError('deadline-passed', 'the log did not acknowledge it in time'))
    else {
      waiting = waiting.filter(other => other !== one)
      settle(one, new LabError('unavailable', 'the broker did not take it in time; nothing was written'))
    }
  }

  return {
    send(record, deadlineMs) {
      if (closed) return Promise.reject(new LabError('unavailable', 'the service is stopping'))
      if (deadlineMs !== undefined && (stalled || waiting.length >= maxWaiting)) {
        const why = stalled ? 'the broker does not acknowledge' : `${maxWaiting} records wait for the broker already`
        return Promise.reject(new LabError('unavailable', `${why}; nothing was written`))
      }
      const sent = Promise.withResolvers<void>()
      const one: Waiting = { record, resolve: sent.resolve, reject: sent.reject, settled: false }
      const idle = waiting.length === 0 && handedOver.length === 0
      waiting.push(one)
      if (idle) void pump()
      if (deadlineMs === undefined) return sent.promise
      const timer = setTimeout(giveUp, deadlineMs, one)
      return sent.promise.finally(() => clearTimeout(timer))
    },
    async close() {
      closed = true
      for (const one of handedOver) settle(one, new LabError('deadline-passed', 'the service stopped before it knew'))
      for (const one of waiting) settle(one, new LabError('unavailable', 'the service is stopping'))
      await client.close(true).catch(() => {})
    },
  }
}

/** How many from the front go into one batch; one at least. */
function fitting(waiting: readonly Waiting[]): number {
  let bytes = 0
  for (const [index, { record }] of waiting.entries()) {
    bytes += record.value?.byteLength ?? 0
    if (index > 0 && (index === MAX_BATCH || bytes > MAX_BATCH_BYTES)) return index
  }
  return waiting.length
}

/** -1 asks the broker for a new producer id; the client's own default is a fixed one, which fences or is not fenced. */
function newClient(brokers: string, clientId: string): Producer {
  const idempotent = { idempotent: true, producerId: -1n, producerEpoch: -1, partitioner: compatibilityPartitioner }
  const client = new Producer<Buffer, Buffer, Buffer, Buffer>({ ...clientOptions(brokers, clientId), ...idempotent })
  client.on('error', () => {}) // each send reports its own
  return client
}

const toMessage = ({ topic, key, value, headers = {} }: NewRecord) => ({
  topic,
  ...(key !== null && { key: Buffer.from(key) }),
  ...(value !== null && { value: Buffer.from(value) }),
  headers: new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
})
