// Reads queues without consuming them: for the lab, and for a redrive of dead letters.
// Guarantees: a message that is not removed explicitly is back in its queue when it is released, and also when this process dies
// meanwhile. Not promised: that it is at its position (RabbitMQ 4 returns a message behind the others, and many in any
// order), nor that a message can be seen while another channel holds it, such as that of another look.
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Channel, Connection } from 'rabbitmq-client'
import type { Binding } from '../messaging/topology.ts'
import { openConnection } from './broker.ts'
import { isNotFound } from './declare-topology.ts'
import { incomingOf, isProbe, openRawChannel, type Incoming } from './message.ts'
import { publisherOnDemand, type PublisherOnDemand } from './publisher-on-demand.ts'

const CLOSE_MS = 1_000
/** A stream sends so many before the first of them is acked. */
const STREAM_WINDOW = 1_000

export type Held = {
  messages: { message: Incoming; remove(): void }[]
  /** Gives back what was not removed. */
  release(): Promise<void>
}
type Route = Omit<Binding, 'queue'>
/** Until `signal` ends it. `window`: so many messages come before the first is acked. */
type StreamReading = { signal: AbortSignal; window?: number }

export type QueueBrowser = Pick<PublisherOnDemand, 'publish'> & {
  /** The messages that are ready, without those that a consumer holds. Undefined when there is no such queue. */
  readyMessages(queue: string): Promise<number | undefined>
  /** Takes every message that is ready, in the order of the queue, until it is released. */
  hold(queue: string): Promise<Held>
  /**
   * Visits every message that takes one of these routes, through a queue that is deleted with this process.
   * Resolves, once that queue exists, with a function that ends it and rejects with the first error of a visit.
   */
  tap(routes: readonly Route[], visit: (message: Incoming) => Promise<void>): Promise<() => Promise<void>>
  /** Visits the messages of a stream from the first on, on a connection of its own. @throws the first error of a visit */
  readStream(stream: string, visit: (message: Incoming) => void, reading: StreamReading): Promise<void>
  /** Deletes exchanges, and queues with their messages. A name that does not exist is no error. */
  remove(names: { exchanges: string[]; queues: string[] }): Promise<void>
  /** Closes the connection within about a second. */
  close(): Promise<void>
}

/** @throws Error when the broker does not answer within `deadlineMs`; a publish that is not confirmed within it rejects too. */
export async function openQueueBrowser(url: string, { deadlineMs = 10_000 } = {}): Promise<QueueBrowser> {
  const connection = openConnection(url, 'lab')
  connection.on('error', () => {}) // the operation in progress rejects with it
  try {
    await connection.onConnect(deadlineMs, true)
  } catch (error) {
    connection.unsafeDestroy()
    throw error
  }
  const counter = messageCounter(connection)
  const publisher = publisherOnDemand(url, deadlineMs)
  return {
    readyMessages: counter.readyMessages,
    hold: queue => hold(connection, queue),
    publish: publisher.publish,
    tap: (routes, visit) => tap(connection, routes, visit),
    readStream: (stream, visit, reading) => readStream(url, stream, visit, reading),
    async remove({ exchanges, queues }) {
      const channel = await connection.acquire()
      for (const exchange of exchanges) await channel.exchangeDelete({ exchange })
      for (const queue of queues) await channel.queueDelete({ queue })
      await channel.close()
    },
    async close() {
      const closed = Promise.all([counter.close(), publisher.close()]).then(() => connection.close())
      // The client waits for operations in progress, and after an interrupt nothing ends those.
      await Promise.race([closed.catch(() => {}), wait(CLOSE_MS, undefined, { ref: false })])
      connection.unsafeDestroy()
      publisher.destroy()
    },
  }
}

/** Counts on one channel, and opens another when a missing queue has closed it. */
function messageCounter(connection: Connection) {
  let channel: Channel | undefined
  return {
    async readyMessages(queue: string): Promise<number | undefined> {
      if (!channel?.active) channel = await openRawChannel(connection)
      try {
        return (await channel.queueDeclare({ queue, passive: true })).messageCount
      } catch (error) {
        if (isNotFound(error)) return undefined
        throw error
      }
    },
    close: async () => channel?.close(),
  }
}

async function hold(connection: Connection, queue: string): Promise<Held> {
  const channel = await openRawChannel(connection)
  const messages: Held['messages'] = []
  try {
    for (let got = await channel.basicGet(queue); got; got = await channel.basicGet(queue)) {
      const { deliveryTag } = got
      const message = incomingOf(queue, got)
      const remove = () => channel.basicAck({ deliveryTag })
      if (isProbe(message)) remove()
      else messages.push({ message, remove })
    }
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
  return {
    messages,
    async release() {
      // Tag 0 and `multiple`: every message that this channel still holds. A lost channel holds none.
      if (channel.active) channel.basicNack({ deliveryTag: 0, multiple: true, requeue: true })
      await channel.close()
    },
  }
}

async function tap(
  connection: Connection,
  routes: readonly Route[],
  visit: (message: Incoming) => Promise<void>,
): Promise<() => Promise<void>> {
  const channel = await openRawChannel(connection)
  const { queue } = await channel.queueDeclare({ exclusive: true, autoDelete: true })
  for (const { exchange, routingKey } of routes) await channel.queueBind({ exchange, queue, routingKey })
  const visits: Promise<void>[] = []
  const { consumerTag } = await channel.basicConsume({ queue, noAck: true }, message => {
    const visited = visit(incomingOf(queue, message))
    visited.catch(() => {}) // thrown at the end
    visits.push(visited)
  })
  return async () => {
    await channel.basicCancel({ consumerTag })
    try {
      await Promise.all(visits)
    } finally {
      await channel.close()
    }
  }
}

async function readStream(
  url: string,
  stream: string,
  visit: (message: Incoming) => void,
  { signal, window = STREAM_WINDOW }: StreamReading,
): Promise<void> {
  const connection = openConnection(url, 'new reader')
  connection.on('error', () => {}) // the operation in progress rejects with it
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {}) // it may fail when nobody waits any more
  let isOver = false
  let visited = 0
  try {
    const channel = await openRawChannel(connection)
    await channel.basicQos({ prefetchCount: window })
    const consumer = { queue: stream, arguments: { 'x-stream-offset': 'first' } }
    await channel.basicConsume(consumer, message => {
      if (isOver || signal.aborted) return
      try {
        visit(incomingOf(stream, message))
        // Half of the window at once: an ack asks for as many as it acks.
        if (++visited % Math.ceil(window / 2) === 0)
          channel.basicAck({ deliveryTag: message.deliveryTag, multiple: true })
      } catch (error) {
        failed.reject(error)
      }
    })
    if (!signal.aborted) await Promise.race([once(signal, 'abort'), failed.promise])
  } finally {
    isOver = true
    // What it has in flight is of no use to anybody.
    connection.unsafeDestroy()
  }
}
