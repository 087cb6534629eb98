// Publishes with confirms and `mandatory`, many in flight on one channel.
// Guarantees: `publish` resolves only when the broker has confirmed the message and did not return it; a message that
// no queue is bound to is confirmed too, so a return is looked for after every confirm. Messages reach a queue in the
// order of the calls. Which of the two a rejection is, its code says: `unavailable`: no queue has the message; `deadline-passed`:
// nobody knows.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Channel, Connection } from 'rabbitmq-client'
import { LabError } from '#common/contracts/errors.ts'
import { envelopeOf, type Outgoing } from './message.ts'

export type Publisher = {
  /** @throws LabError `unavailable` (no queue has it) or `deadline-passed` (unknown) */
  publish(message: Outgoing): Promise<void>
  /** Resolves when its channel is gone. */
  closed: Promise<void>
  /** How long the oldest message has waited for its confirm, in milliseconds. */
  oldestWaitMs(): number
  close(): Promise<void>
}

export async function openPublisher(connection: Connection): Promise<Publisher> {
  const channel = await connection.acquire({ emitErrorsFromChannel: true })
  channel.on('error', () => {}) // it closes the channel, and that is what counts
  await channel.confirmSelect()
  return publisherOn(channel)
}

function publisherOn(channel: Channel): Publisher {
  const returned = new Map<string, number>()
  const waiting = new Map<() => void, number>()
  channel.on('basic.return', message => {
    const id = message.messageId ?? ''
    returned.set(id, (returned.get(id) ?? 0) + 1)
  })
  const closed = new Promise<void>(resolve => {
    channel.once('close', () => {
      // A confirm can be registered with the client too late to be told: all that wait are told here.
      for (const giveUp of waiting.keys()) giveUp()
      resolve()
    })
  })

  /** One return is taken for one message of that id; equal messages share the fate of their route. */
  function wasReturned(messageId: string): boolean {
    const times = returned.get(messageId) ?? 0
    if (times > 1) returned.set(messageId, times - 1)
    else returned.delete(messageId)
    return times > 0
  }

  return {
    closed,
    oldestWaitMs() {
      const oldest = waiting.values().next().value
      return oldest === undefined ? 0 : performance.now() - oldest
    },
    publish(message) {
      const envelope = envelopeOf(message)
      return new Promise<void>((resolve, reject) => {
        if (!channel.active) return reject(new LabError('unavailable', 'the broker is away; nothing was published'))
        const unknown = (why: string, cause?: unknown) => reject(new LabError('deadline-passed', why, { cause }))
        const giveUp = () => unknown('the broker went away before it confirmed a message')
        waiting.set(giveUp, performance.now())
        const done = async () => {
          // The client tells of a return one turn later than of the confirm that follows it.
          await nextTurn()
          if (!wasReturned(envelope.messageId)) return resolve()
          const { exchange, routingKey } = message
          reject(new LabError('unavailable', `no queue is bound to "${routingKey}" of exchange "${exchange}"`))
        }
        channel
          .basicPublish(envelope, message.body)
          .then(done)
          .catch((error: unknown) => {
            const why = error instanceof Error ? error.message : String(error)
            unknown(`the broker did not confirm a message: ${why}`, error)
          })
          .finally(() => waiting.delete(giveUp))
      })
    },
    close: () => channel.close(),
  }
}
