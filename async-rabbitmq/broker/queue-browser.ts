// Looks into queues without being a consumer: for the lab and for whoever redrives dead letters.
// Guarantees: what is not explicitly removed is back in its queue, in its place, when `walk` ends, and also when this
// process dies meanwhile. Not promised: that a message can be seen while somebody else holds it, another walk included.
import { setTimeout as wait } from 'node:timers/promises'
import type { Channel } from 'rabbitmq-client'
import { openConnection } from './broker.ts'
import type { Binding } from '../messaging/topology.ts'
import { incomingOf, PROBE, type Incoming } from './message.ts'
import { openPublisher, type Publisher } from './publisher.ts'
import { openRawChannel } from './raw-channel.ts'

const CLOSE_MS = 1_000

export type QueueBrowser = Pick<Publisher, 'publish'> & {
  /** Messages that are ready: not those that a consumer holds. Undefined for a queue that is not there. */
  readyMessages(queue: string): Promise<number | undefined>
  /** Shows every message that is ready, the oldest first, until `visit` says `remove`, which ends the walk too. */
  walk(queue: string, visit: (message: Incoming) => Promise<'keep' | 'remove'>): Promise<void>
  /**
   * Shows a copy of every message that these exchanges route by these keys, by a queue that goes with this process.
   * Resolves, when it stands, with what ends it, and then with the first error of a visit.
   */
  tap(
    bindings: readonly Omit<Binding, 'queue'>[],
    visit: (message: Incoming) => Promise<void>,
  ): Promise<() => Promise<void>>
  /** Deletes exchanges and queues with all that is in them. What is not there is no error. */
  remove(names: { exchanges: string[]; queues: string[] }): Promise<void>
  /** Lets go of the broker within about a second. */
  close(): Promise<void>
}

/** @throws Error when the broker does not answer within `deadlineMs`. */
export async function openQueueBrowser(url: string, { deadlineMs = 10_000 } = {}): Promise<QueueBrowser> {
  const connection = openConnection(url, 'lab')
  connection.on('error', () => {}) // said by whatever is under way
  try {
    await connection.onConnect(deadlineMs, true)
  } catch (error) {
    connection.unsafeDestroy()
    throw error
  }
  let looking: Channel | undefined
  let publisher: Promise<Publisher> | undefined

  /** It is forgotten with its channel, so that the next message gets another. */
  async function openFreshPublisher(): Promise<Publisher> {
    try {
      const fresh = await openPublisher(connection)
      void fresh.closed.then(() => (publisher = undefined))
      return fresh
    } catch (error) {
      publisher = undefined
      throw error
    }
  }

  return {
    async readyMessages(queue) {
      if (!looking?.active) looking = await openRawChannel(connection)
      try {
        return (await looking.queueDeclare({ queue, passive: true })).messageCount
      } catch (error) {
        if (isNotFound(error)) return undefined
        throw error
      }
    },
    async walk(queue, visit) {
      const channel = await openRawChannel(connection)
      try {
        for (let message = await channel.basicGet(queue); message; message = await channel.basicGet(queue)) {
          const { deliveryTag } = message
          const verdict = message.type === PROBE ? 'drop' : await visit(incomingOf(queue, message))
          if (verdict !== 'keep') channel.basicAck({ deliveryTag })
          if (verdict === 'remove') break
        }
        // Tag 0 and `multiple`: all that this channel still holds.
        channel.basicNack({ deliveryTag: 0, multiple: true, requeue: true })
      } catch (error) {
        if (!isNotFound(error)) throw error
      } finally {
        await channel.close()
      }
    },
    async publish(message) {
      const used = await (publisher ??= openFreshPublisher())
      await used.publish(message)
    },
    async tap(bindings, visit) {
      const channel = await openRawChannel(connection)
      const { queue } = await channel.queueDeclare({ exclusive: true, autoDelete: true })
      for (const { exchange, routingKey } of bindings) await channel.queueBind({ exchange, queue, routingKey })
      const visits: Promise<void>[] = []
      const { consumerTag } = await channel.basicConsume({ queue, noAck: true }, message => {
        visits.push(visit(incomingOf(queue, message)))
      })
      return async () => {
        await channel.basicCancel({ consumerTag })
        try {
          await Promise.all(visits)
        } finally {
          await channel.close()
        }
      }
    },
    async remove({ exchanges, queues }) {
      const channel = await connection.acquire()
      for (const exchange of exchanges) await channel.exchangeDelete({ exchange })
      for (const queue of queues) await channel.queueDelete({ queue })
      await channel.close()
    },
    async close() {
      const closed = Promise.all([looking?.close(), publisher?.then(open => open.close())]).then(() =>
        connection.close(),
      )
      // What is still under way on it would be waited for, and after an interrupt nobody ends it.
      await Promise.race([closed.catch(() => {}), wait(CLOSE_MS, undefined, { ref: false })])
      connection.unsafeDestroy()
    },
  }
}

const isNotFound = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'NOT_FOUND'
