// A service's connections to RabbitMQ. They outlive any outage of the broker.
// Guarantees: nothing is published or consumed before the whole topology exists (keep-publisher.ts). Publishing and
// consuming have a connection each, so that a broker that blocks its publishers still takes acks.
// Not promised: that a message is kept in memory while the broker is away. `publish` rejects at once.
import { setTimeout as wait } from 'node:timers/promises'
import { Connection } from 'rabbitmq-client'
import { asLabError, LabError } from '#common/contracts/errors.ts'
import type { Occupancy } from '#common/service/occupancy.ts'
import type { RetryParts } from '#common/service/retry.ts'
import { type Topology, topologyOf } from '../messaging/topology.ts'
import './decode-frame.ts'
import { keepPublisher } from './keep-publisher.ts'
import type { Outgoing } from './message.ts'
import { checkPublishing, publishInTime } from './publisher.ts'
import { subscribe, type Subscriber, type Subscription, type SubscriptionTo } from './subscription.ts'

const CLOSE_MS = 1_000
/** The headers of a message have to fit in one frame. The broker's default; with the client's, of 8 kB, some could be read and not published again. */
const MAX_FRAME_BYTES = 131_072

export type Broker = {
  topology: Topology
  /**
   * For a caller that publishes again until it is confirmed. Has no deadline.
   * @throws LabError `unavailable` when the message is not confirmed. It may be in a queue; publish it again.
   */
  publish(message: Outgoing): Promise<void>
  /** For a caller that publishes once. @throws LabError `unavailable` (no queue has it) or `deadline-passed` (unknown) */
  publishInTime(message: Outgoing, deadlineMs: number): Promise<void>
  /** @throws LabError `unavailable` when `publishInTime` would refuse a message now. */
  checkPublishing(deadlineMs: number): void
  /** Resolves when messages can be published; rejects when the service is closing. */
  ready(): Promise<void>
  /** Reads a queue once it is this store's. */
  subscribe(of: SubscriptionTo, subscriber: Subscriber): Subscription
  /** Closes the connections within about a second. */
  close(): Promise<void>
}

type Parts = RetryParts & {
  occupancy: Occupancy
  config: {
    RABBITMQ_URL: string
    PREFIX: string
    RETRY_DELAYS_MS: readonly number[]
    CLIENT_SETTINGS: ClientSettings
    /** Of the one service that declares the stream. */
    EVENT_STREAM?: 'off' | 'on'
  }
}

/** Heartbeats notice a silent broker within 20 s. */
const QUICK = { heartbeat: 10, retryLow: 100, retryHigh: 2_000, acquireTimeout: 60_000 }

/** `shipped`: the times of the client library. */
export type ClientSettings = 'quick' | 'shipped'

/** A connection that reconnects for ever. */
export const openConnection = (url: string, name: string, settings: ClientSettings = 'quick'): Connection =>
  new Connection({
    url,
    connectionName: name,
    frameMax: MAX_FRAME_BYTES,
    ...(settings === 'quick' && QUICK),
  })

/** `name` is that of the service. */
export function connectBroker(name: string, { config, occupancy, ...parts }: Parts): Broker {
  const hasStream = config.EVENT_STREAM === 'on'
  const topology = topologyOf(config.PREFIX, config.RETRY_DELAYS_MS.length, { hasStream })
  const { RABBITMQ_URL: url, CLIENT_SETTINGS: settings } = config
  const publishing = openConnection(url, `${name} publishes`, settings)
  const consuming = openConnection(url, `${name} consumes`, settings)
  consuming.on('error', () => {}) // the publishing connection reports the same broker
  const publisher = keepPublisher({ ...parts, connection: publishing, topology, sends: occupancy.sends() })
  const { ready, declareAgain } = publisher
  return {
    topology,
    ready,
    async publish(message) {
      const current = publisher.current()
      if (!current) throw new LabError('unavailable', 'the broker is away')
      await current.publish(message).catch((error: unknown) => {
        throw new LabError('unavailable', asLabError(error).detail, { cause: error })
      })
    },
    publishInTime: (message, deadlineMs) => publishInTime(publisher.current(), message, deadlineMs),
    checkPublishing: deadlineMs => void checkPublishing(publisher.current(), deadlineMs),
    subscribe: (of, subscriber) =>
      subscribe({ ...parts, ...of, connection: consuming, ready, declareAgain }, subscriber),
    async close() {
      const connections = [publishing, consuming]
      const closed = Promise.all([publisher.close(), ...connections.map(connection => connection.close())])
      await Promise.race([closed.catch(() => {}), wait(CLOSE_MS, undefined, { ref: false })])
      for (const connection of connections) connection.unsafeDestroy()
    },
  }
}
