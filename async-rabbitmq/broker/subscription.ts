// Subscribes to a queue, and subscribes again whenever the channel or the connection is lost, or the queue was deleted.
// Guarantees: it reads only while its store is the one that the queue belongs to (reader-claim.ts), and nobody else reads. At
// most `prefetch` deliveries are unacked. A delivery is acked on the channel that brought it, or never:
// once that channel is gone the broker redelivers the message.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AsyncMessage, Channel, Connection } from 'rabbitmq-client'
import { explain, LabError } from '#common/contracts/errors.ts'
import { createBackoff, degradedReporter, type RetryParts } from '#common/service/retry.ts'
import type { ConsumerQueue } from '../messaging/topology.ts'
import { isNotFound } from './declare-topology.ts'
import { incomingOf, openRawChannel, type Incoming } from './message.ts'
import { claimQueue, type ReaderClaim } from './reader-claim.ts'

const PACE = { firstMs: 100, longestMs: 1_000 }

export type Delivery = Incoming & {
  /** Whether the broker delivered it before. */
  redelivered: boolean
  /** May be called once; does nothing when its channel is gone. */
  ack(): void
}

export type Subscriber = {
  prefetch: number
  /** Told whether this store reads the queue, each time before it reads and each time that it may not. */
  onClaim?(claim: ReaderClaim): Promise<void>
  /** `isFirst`: of its channel. `caughtUp` resolves when the messages that the broker had already sent have arrived. */
  onDelivery(delivery: Delivery, channel: { isFirst: boolean; caughtUp(): Promise<void> }): void
  /** The deliveries that are not acked are void: the broker redelivers their messages. */
  onLost(): void
}

export type Subscription = {
  /** Takes no more deliveries; those that arrived can be acked until the broker is closed. */
  cancel(): Promise<void>
}

export type SubscriptionTo = Pick<ConsumerQueue, 'queue' | 'register'> & { storeId: string }

type Parts = RetryParts &
  SubscriptionTo & {
    connection: Connection
    ready(): Promise<void>
    /** Called when there is no such queue; `ready` then waits until it is declared. */
    declareAgain(why: string): void
  }

export function subscribe(parts: Parts, subscriber: Subscriber): Subscription {
  const { connection, ready, closing, queue, storeId, log, health } = parts
  const report = degradedReporter(parts, 'consumer')
  let current: { channel: Channel; consumerTag: string } | undefined
  let isCancelled = false

  async function consumeOnce(): Promise<void> {
    await ready()
    const channel = await openRawChannel(connection)
    try {
      await consumeOn(channel)
    } finally {
      await channel.close()
    }
  }

  async function consumeOn(channel: Channel): Promise<void> {
    const lost = new Promise<void>(resolve => {
      channel.once('close', resolve)
      channel.once('basic.cancel', () => void channel.close()) // the queue was deleted
    })
    const setPrefetch = () => channel.basicQos({ prefetchCount: subscriber.prefetch })
    // Two round trips: what was on its way to this channel before the first has arrived after the second.
    const caughtUp = async () => {
      await setPrefetch()
      await setPrefetch()
      await nextTurn()
    }
    await claim(channel, parts, subscriber)
    await setPrefetch()
    const deliver = deliveringTo(subscriber, { channel, queue, caughtUp })
    const { consumerTag } = await channel.basicConsume({ queue }, message => {
      if (!isCancelled) deliver(message)
    })
    current = { channel, consumerTag }
    // Healthy once the messages that the broker redelivers at once are in the hands of the subscriber.
    await caughtUp()
    report(null)
    log.info({ queue, storeId }, 'consuming')
    await lost
  }

  async function keepConsuming(): Promise<void> {
    const backoff = createBackoff(closing, PACE)
    while (!isCancelled && !closing.aborted) {
      try {
        await consumeOnce()
        backoff.reset()
        report(`not consuming ${queue}: the channel was lost`)
      } catch (error) {
        report(`not consuming ${queue}: ${explain(error)}`)
        if (isNotFound(error)) parts.declareAgain(`there is no queue ${queue}`)
      }
      current = undefined
      subscriber.onLost()
      await backoff.pause()
    }
  }
  health.report('consumer', `not consuming ${queue} yet`)
  void keepConsuming()

  return {
    async cancel() {
      isCancelled = true
      const { channel, consumerTag } = current ?? {}
      if (channel?.active && consumerTag) await channel.basicCancel({ consumerTag }).catch(() => {})
    },
  }
}

/** @throws LabError `unavailable` when this store does not read the queue, with what to do */
async function claim(channel: Channel, parts: SubscriptionTo, subscriber: Subscriber): Promise<void> {
  const answer = await claimQueue(channel, parts, parts.storeId)
  await subscriber.onClaim?.(answer)
  if (answer.kind !== 'claimed') throw new LabError('unavailable', answer.why)
}

type Source = { channel: Channel; queue: string; caughtUp(): Promise<void> }

function deliveringTo(subscriber: Subscriber, { channel, queue, caughtUp }: Source) {
  let isFirst = true
  return (message: AsyncMessage): void => {
    if (!channel.active) return
    const ack = () => {
      if (channel.active) channel.basicAck({ deliveryTag: message.deliveryTag })
    }
    const channelView = { isFirst, caughtUp }
    isFirst = false
    subscriber.onDelivery({ ...incomingOf(queue, message), redelivered: message.redelivered, ack }, channelView)
  }
}
