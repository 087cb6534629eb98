// Publishes for the lab, which does so now and then: connects for the first message, and opens another channel when one is lost.
// Guarantees: a publish ends within the deadline, with all of its steps: to connect, to ask whether the broker blocks, to publish.
// While the broker blocks its publishers nothing is published, and the error says so. A blocked connection takes nothing else either, so this one is for publishing alone: what another connection reads
// meanwhile can still be given back.
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Connection } from 'rabbitmq-client'
import { LabError } from '#common/contracts/errors.ts'
import { openConnection } from './broker.ts'
import type { Outgoing } from './message.ts'
import { openPublisher, publishInTime, type Publisher } from './publisher.ts'

export type PublisherOnDemand = Pick<Publisher, 'publish' | 'close'> & {
  /** At once, when closing takes too long. */
  destroy(): void
}

export function publisherOnDemand(url: string, deadlineMs: number): PublisherOnDemand {
  let connection: Connection | undefined
  let opened: Promise<Publisher> | undefined
  /** The broker's word, while it blocks. */
  let blockedBy: string | undefined
  const waiting = new Set<(reason: string) => void>()

  function connect(): Connection {
    const fresh = openConnection(url, 'lab publishes')
    const unblocked = () => (blockedBy = undefined)
    fresh.on('error', () => {}) // the publish in progress rejects
    fresh.on('connection', unblocked)
    fresh.on('connection.unblocked', unblocked)
    fresh.on('connection.blocked', reason => {
      blockedBy = reason
      for (const reject of waiting) reject(reason)
    })
    return fresh
  }

  /** Rejects as soon as the broker blocks. */
  async function unlessBlocked(work: Promise<void>, errorOf: (reason: string) => LabError): Promise<void> {
    const block = Promise.withResolvers<never>()
    const reject = (reason: string) => block.reject(errorOf(reason))
    waiting.add(reject)
    await Promise.race([work, block.promise]).finally(() => waiting.delete(reject))
  }

  async function open(leftMs: () => number): Promise<Publisher> {
    connection ??= connect()
    await connection.onConnect(leftMs(), true)
    // A broker blocks a connection when it publishes. A message that no queue takes finds out, and is nowhere afterwards.
    await unlessBlocked(inTime(publishToNobody(connection), leftMs()), refused)
    const publisher = await openPublisher(connection)
    void publisher.closed.then(() => (opened = undefined))
    return publisher
  }

  return {
    async publish(message: Outgoing) {
      if (blockedBy !== undefined) throw refused(blockedBy)
      const leftMs = untilDeadline(deadlineMs)
      opened ??= open(leftMs)
      opened.catch(() => (opened = undefined))
      const publisher = await opened
      await unlessBlocked(publishInTime(publisher, message, leftMs()), interrupted)
    },
    async close() {
      const publisher = await opened
      await publisher?.close()
      await connection?.close()
    },
    destroy: () => connection?.unsafeDestroy(),
  }
}

const refused = (reason: string) =>
  new LabError(
    'unavailable',
    `the broker blocks its publishers (${reason}): nothing was published or moved; ` +
      'give it memory or disk space (rabbitmqctl status lists its alarms), then try again',
  )

const interrupted = (reason: string) =>
  new LabError(
    'deadline-passed',
    `the broker began to block its publishers (${reason}); it may still publish the message`,
  )

async function publishToNobody(connection: Connection): Promise<void> {
  const channel = await connection.acquire()
  await channel.confirmSelect()
  await channel.basicPublish({ routingKey: randomUUID() }, Buffer.alloc(0))
  await channel.close()
}

/** Whole milliseconds, at least one: for some timers none means for ever. */
function untilDeadline(deadlineMs: number): () => number {
  const endMs = performance.now() + deadlineMs
  return () => Math.max(1, Math.ceil(endMs - performance.now()))
}

async function inTime(work: Promise<void>, deadlineMs: number): Promise<void> {
  const late = async () => {
    await wait(deadlineMs, undefined, { ref: false })
    throw new LabError('unavailable', `the broker confirms nothing within ${deadlineMs} ms; nothing was published`)
  }
  await Promise.race([work, late()])
}
