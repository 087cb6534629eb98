// Declares the topology, and waits until its queues are safe to use.
// Guarantees: exchanges, queues and bindings exist with these arguments, and every queue has confirmed a probe. A quorum
// queue younger than about a second loses what it confirmed when the broker is killed, so new queues are not used before.
// Does not repair a queue that has no leader: its probe is never confirmed, and the service stays unhealthy.
import { setTimeout as wait } from 'node:timers/promises'
import type { Connection } from 'rabbitmq-client'
import type { Topology } from '../messaging/topology.ts'
import { PROBE, type Outgoing } from './message.ts'
import type { Publisher } from './publisher.ts'

const NEW_QUEUES_WAIT_MS = 1_200

/**
 * `isReady`: the ready marker existed before, so the queues are old enough.
 * @throws the broker's error, for instance when a queue exists with other arguments.
 */
export async function declareTopology(connection: Connection, topology: Topology): Promise<{ isReady: boolean }> {
  const isReady = await exchangeExists(connection, topology.readyMarker)
  const channel = await connection.acquire()
  try {
    for (const { name, type } of topology.exchanges)
      await channel.exchangeDeclare({ exchange: name, type, durable: true })
    for (const queue of topology.queues)
      await channel.queueDeclare({ queue: queue.name, durable: true, arguments: queue.arguments })
    for (const binding of topology.bindings) await channel.queueBind(binding)
  } finally {
    await channel.close()
  }
  return { isReady }
}

/** Resolves when every queue has confirmed a probe and is old enough. */
export async function topologyReady(
  connection: Connection,
  publisher: Pick<Publisher, 'publish'>,
  { topology, isReady }: { topology: Topology; isReady: boolean },
): Promise<void> {
  if (!isReady) await wait(NEW_QUEUES_WAIT_MS)
  await Promise.all(probesOf(topology).map(probe => publisher.publish({ ...probe, ...PROBE })))
  if (isReady) return
  const channel = await connection.acquire()
  await channel.exchangeDeclare({ exchange: topology.readyMarker, type: 'fanout', durable: true })
  await channel.close()
}

/** A probe for every queue. Consumers drop theirs; the others expire, those of the delay queues to a consumer. */
function probesOf({
  consumerQueues,
  delayQueues,
}: Topology): Pick<Outgoing, 'exchange' | 'routingKey' | 'expirationMs'>[] {
  const expiresTo = consumerQueues.inventory.queue
  return [
    ...Object.values(consumerQueues).flatMap(({ queue, deadLetters }) => [
      { exchange: '', routingKey: queue },
      { exchange: '', routingKey: deadLetters, expirationMs: 1 },
    ]),
    ...delayQueues.map(exchange => ({ exchange, routingKey: expiresTo, expirationMs: 1 })),
  ]
}

async function exchangeExists(connection: Connection, exchange: string): Promise<boolean> {
  const channel = await connection.acquire()
  try {
    await channel.exchangeDeclare({ exchange, passive: true })
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  } finally {
    await channel.close()
  }
}

/** The broker has no exchange or queue of that name. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'NOT_FOUND'
