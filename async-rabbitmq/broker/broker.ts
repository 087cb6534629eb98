// A service's link to RabbitMQ: it stays, whatever becomes of the broker.
// Guarantees: nothing is published before the whole topology stands and every queue has confirmed a probe, after each
// connect anew; health says so until then. It tries for ever, at most some seconds apart. Publishing and consuming
// have a connection each, so that a broker that blocks its publishers still takes acks.
// Not promised: that a message is kept in memory while the broker is away: `publish` rejects at once.
import { setTimeout as wait } from 'node:timers/promises'
import { Connection } from 'rabbitmq-client'
import { asLabError, LabError } from '#common/contracts/errors.ts'
import type { Health } from '#common/service/health.ts'
import type { Logger } from '#common/service/log.ts'
import type { Topology } from '../messaging/topology.ts'
import { declareTopology, topologyReady } from './declare-topology.ts'
import { checkPublishing, publishInTime } from './publish-in-time.ts'
import type { Outgoing } from './message.ts'
import { openPublisher, type Publisher } from './publisher.ts'
import { subscribe, type Subscriber, type Subscription } from './subscription.ts'

const AGAIN_MS = 500
const SLOW_CONFIRM_MS = 5_000

export type Broker = {
  /**
   * For who tries again until it is confirmed. Has no deadline.
   * @throws LabError `unavailable` when the message is not known to be kept; it may be, and comes again.
   */
  publish(message: Outgoing): Promise<void>
  /** For who tries once. @throws LabError `unavailable` (no queue has it) or `deadline-passed` (unknown) */
  publishInTime(message: Outgoing, deadlineMs: number): Promise<void>
  /** @throws LabError `unavailable` when `publishInTime` would refuse a message now. */
  checkPublishing(deadlineMs: number): void
  isReady(): boolean
  /** Resolves when messages can be published; rejects when the service is closing. */
  ready(): Promise<void>
  subscribe(queue: string, subscriber: Subscriber): Subscription
  /** Lets go of the broker within about a second. */
  close(): Promise<void>
}

type Parts = { url: string; name: string; topology: Topology; log: Logger; health: Health; closing: AbortSignal }

/** A connection that never stops trying. Heartbeats notice a silent broker within 20 s. */
export const openConnection = (url: string, name: string): Connection =>
  new Connection({ url, connectionName: name, heartbeat: 10, retryLow: 100, retryHigh: 2_000, acquireTimeout: 60_000 })

export function connectBroker({ url, name, topology, log, health, closing }: Parts): Broker {
  const publishing = openConnection(url, `${name} publishes`)
  const consuming = openConnection(url, `${name} consumes`)
  let publisher: Publisher | undefined
  let whenReady = Promise.withResolvers<void>()
  whenReady.promise.catch(() => {})

  health.report('broker', 'not connected yet')
  const down = (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    if (!closing.aborted) log.warn({ reason }, 'the broker is away or refuses; trying again until it serves')
  }
  publishing.on('error', down)
  consuming.on('error', () => {}) // the other connection tells of the same broker
  publishing.on('connection.blocked', reason => health.report('publishing', `the broker blocks it: ${reason}`))
  publishing.on('connection.unblocked', () => health.report('publishing', null))
  closing.addEventListener('abort', () => whenReady.reject(new LabError('unavailable', 'the service is closing')))

  async function keepPublisher(): Promise<void> {
    while (!closing.aborted) {
      try {
        const { isSettled } = await declareTopology(publishing, topology)
        const fresh = await openPublisher(publishing)
        try {
          await topologyReady(publishing, fresh, { topology, isSettled })
        } catch (error) {
          await fresh.close()
          throw error
        }
        publisher = fresh
        health.report('broker', null)
        log.info('the broker serves')
        whenReady.resolve()
        await fresh.closed
      } catch (error) {
        down(error)
      }
      if (publisher) {
        publisher = undefined
        whenReady = Promise.withResolvers()
        whenReady.promise.catch(() => {})
      }
      health.report('broker', 'away, or its queues do not stand')
      health.report('publishing', null)
      await wait(AGAIN_MS, undefined, { ref: false })
    }
  }
  void keepPublisher()
  const watch = setInterval(() => {
    const waitMs = publisher?.oldestWaitMs() ?? 0
    health.report('confirms', waitMs > SLOW_CONFIRM_MS ? `none for ${Math.round(waitMs / 1_000)} s` : null)
  }, 1_000)

  return {
    isReady: () => publisher !== undefined,
    ready: () => whenReady.promise,
    async publish(message) {
      if (!publisher) throw new LabError('unavailable', 'the broker is away')
      await publisher.publish(message).catch((error: unknown) => {
        throw new LabError('unavailable', asLabError(error).detail, { cause: error })
      })
    },
    publishInTime: (message, deadlineMs) => publishInTime(publisher, message, deadlineMs),
    checkPublishing: deadlineMs => void checkPublishing(publisher, deadlineMs),
    subscribe: (queue, subscriber) =>
      subscribe({ connection: consuming, ready: () => whenReady.promise, closing, queue, log, health }, subscriber),
    async close() {
      clearInterval(watch)
      const connections = [publishing, consuming]
      const closed = Promise.all([publisher?.close(), ...connections.map(connection => connection.close())])
      await Promise.race([closed.catch(() => {}), wait(1_000, undefined, { ref: false })])
      for (const connection of connections) connection.unsafeDestroy()
    },
  }
}
