// Publishes with confirms and `mandatory`, many messages in flight on one channel.
// Guarantees: `publish` resolves only when the broker has confirmed the message and has not returned it. The broker
// confirms a message that no queue is bound to as well, so every confirm is followed by a check for a return. Messages
// reach a queue in the order of the calls. The code of a rejection says what is known: `unavailable`: no queue has the
// message; `deadline-passed`: unknown.
// `publishInTime` publishes within a request, and ends by a deadline. While a message waits for its confirm longer than
// the deadline, it publishes no other. So a broker that hangs leaves only the messages of one deadline unknown, and not
// all those of the time that it hangs.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Channel, Connection } from 'rabbitmq-client'
import { type BusyTime, busyTime } from '#common/contracts/busy-time.ts'
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

type Observers = {
  /** Is told when no queue took a message. */
  onUnroutable?(why: string): void
  /** Counts the messages that wait for their confirm. */
  sends?: BusyTime
}

export async function openPublisher(connection: Connection, observers: Observers = {}): Promise<Publisher> {
  const channel = await connection.acquire({ emitErrorsFromChannel: true })
  channel.on('error', () => {}) // an error closes the channel, and the close is handled
  await channel.confirmSelect()
  return publisherOn(channel, observers)
}

function publisherOn(channel: Channel, { onUnroutable, sends = busyTime() }: Observers): Publisher {
  const returned = new Map<string, number>()
  const waiting = new Map<() => void, number>()
  channel.on('basic.return', message => {
    const id = message.messageId ?? ''
    returned.set(id, (returned.get(id) ?? 0) + 1)
  })
  const closed = new Promise<void>(resolve => {
    channel.once('close', () => {
      // The client may register a confirm too late to reject it: every waiting message is rejected here.
      for (const reject of waiting.keys()) reject()
      resolve()
    })
  })

  /** One return counts for one message of that id; messages with the same id have the same route. */
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
        const rejectUnknown = () => unknown('the broker went away before it confirmed a message')
        waiting.set(rejectUnknown, performance.now())
        sends.enter()
        const confirmed = async () => {
          // The client emits a return one turn later than the confirm that follows it.
          await nextTurn()
          if (!wasReturned(envelope.messageId)) return resolve()
          const { exchange, routingKey } = message
          const why = `no queue is bound to "${routingKey}" of exchange "${exchange}"`
          reject(new LabError('unavailable', why))
          onUnroutable?.(why)
        }
        channel
          .basicPublish(envelope, message.body)
          .then(confirmed)
          .catch((error: unknown) => {
            const why = error instanceof Error ? error.message : String(error)
            unknown(`the broker did not confirm a message: ${why}`, error)
          })
          .finally(() => {
            waiting.delete(rejectUnknown)
            sends.leave()
          })
      })
    },
    close: () => channel.close(),
  }
}

/** @throws LabError `unavailable` when a message would not be published now. */
export function checkPublishing(publisher: Publisher | undefined, deadlineMs: number): Publisher {
  if (!publisher) throw new LabError('unavailable', 'the broker is away; nothing was published')
  if (publisher.oldestWaitMs() <= deadlineMs) return publisher
  throw new LabError('unavailable', 'the broker does not confirm; nothing was published')
}

/** @throws LabError `unavailable` or `deadline-passed` */
export async function publishInTime(
  publisher: Publisher | undefined,
  message: Outgoing,
  deadlineMs: number,
): Promise<void> {
  const late = Promise.withResolvers<never>()
  const confirmed = checkPublishing(publisher, deadlineMs).publish(message)
  const timer = setTimeout(() => {
    late.reject(new LabError('deadline-passed', `the broker did not confirm it within ${deadlineMs} ms`))
  }, deadlineMs)
  // The race also handles a rejection after the deadline, which would end the process otherwise.
  await Promise.race([confirmed, late.promise]).finally(() => clearTimeout(timer))
}
