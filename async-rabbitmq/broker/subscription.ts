// Reads a queue, again and again, whatever becomes of channel and connection.
// Guarantees: at most `prefetch` deliveries are unsettled; a delivery is settled on the channel that brought it, and
// after the end of that channel never: then the broker gives it again.
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { Channel, Connection } from 'rabbitmq-client'
import type { Health } from '#common/service/health.ts'
import type { Logger } from '#common/service/log.ts'
import { incomingOf, type Incoming } from './message.ts'
import { openRawChannel } from './raw-channel.ts'

const AGAIN_MS = 200

export type Delivery = Incoming & {
  /** Whether the broker gave it before. */
  redelivered: boolean
  /** Settles it, and may be called once; nothing happens when its channel is gone. */
  ack(): void
}

export type Subscriber = {
  prefetch: number
  /** `isFirst` of its channel. `caughtUp` resolves when what the broker had already sent has arrived. */
  onDelivery(delivery: Delivery, channel: { isFirst: boolean; caughtUp(): Promise<void> }): void
  /** All deliveries that are not settled are void: they come again. */
  onLost(): void
}

export type Subscription = {
  /** Takes no more deliveries; what is unsettled can still be acked until the broker is closed. */
  cancel(): Promise<void>
}

type Parts = {
  connection: Connection
  ready(): Promise<void>
  closing: AbortSignal
  queue: string
  log: Logger
  health: Health
}

export function subscribe(parts: Parts, subscriber: Subscriber): Subscription {
  const { connection, ready, closing, queue, log, health } = parts
  let current: { channel: Channel; consumerTag: string } | undefined
  let cancelled = false

  async function consumeOnce(): Promise<void> {
    await ready()
    const channel = await openRawChannel(connection)
    const lost = new Promise<void>(resolve => {
      channel.once('close', resolve)
      channel.once('basic.cancel', () => void channel.close()) // the queue was deleted
    })
    const askAgain = () => channel.basicQos({ prefetchCount: subscriber.prefetch })
    // Two round trips: what was under way to this channel before the first has arrived after the second.
    const caughtUp = async () => {
      await askAgain()
      await askAgain()
      await nextTurn()
    }
    let isFirst = true
    await askAgain()
    const { consumerTag } = await channel.basicConsume({ queue }, message => {
      if (cancelled || !channel.active) return
      const ack = () => {
        if (channel.active) channel.basicAck({ deliveryTag: message.deliveryTag })
      }
      const channelView = { isFirst, caughtUp }
      isFirst = false
      subscriber.onDelivery({ ...incomingOf(queue, message), redelivered: message.redelivered, ack }, channelView)
    })
    current = { channel, consumerTag }
    health.report('consumer', null)
    log.info({ queue }, 'consuming')
    await lost
  }

  async function keepConsuming(): Promise<void> {
    while (!cancelled && !closing.aborted) {
      try {
        await consumeOnce()
      } catch (error) {
        if (!closing.aborted) log.warn({ queue, reason: String(error) }, 'cannot consume yet')
      }
      current = undefined
      subscriber.onLost()
      health.report('consumer', `not consuming ${queue}`)
      await wait(AGAIN_MS, undefined, { ref: false })
    }
  }
  health.report('consumer', `not consuming ${queue} yet`)
  void keepConsuming()

  return {
    async cancel() {
      cancelled = true
      const { channel, consumerTag } = current ?? {}
      if (channel?.active && consumerTag) await channel.basicCancel({ consumerTag }).catch(() => {})
    },
  }
}
