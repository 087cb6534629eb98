// Declares the topology, and waits until its queues are safe to use.
// Guarantees: exchanges, queues and bindings exist with these arguments, and every queue has confirmed a probe, except those
// that hold dead letters: a probe would stay behind them. A quorum queue younger than about a second loses what it confirmed
// when the broker is killed, so new queues are not used before, also when only one of them is new.
// Does not repair a queue that has no leader: its probe is never confirmed, and the service stays unhealthy.
import { setTimeout as wait } from 'node:timers/promises'
import type { Channel, Connection } from 'rabbitmq-client'
import type { Topology } from '../messaging/topology.ts'
import { PROBE, type Outgoing } from './message.ts'
import type { Publisher } from './publisher.ts'

const NEW_QUEUES_WAIT_MS = 1_200

export type Declared = {
  /** All queues and the ready marker existed before, so the queues are old enough. */
  isReady: boolean
  /** The queues in which messages were ready. */
  filled: ReadonlySet<string>
}

/**
 * Who finds a queue missing removes the ready marker before it declares one. So whoever finds all queues, and after that the
 * marker, has found no new one.
 * @throws the broker's error, for instance when a queue exists with other arguments.
 */
export async function declareTopology(connection: Connection, topology: Topology): Promise<Declared> {
  const { exchanges, queues, bindings, readyMarker } = topology
  const isComplete = await isFound(connection, async channel => {
    for (const { name } of queues) await channel.queueDeclare({ queue: name, passive: true })
  })
  const isReady =
    isComplete &&
    (await isFound(connection, channel => channel.exchangeDeclare({ exchange: readyMarker, passive: true })))
  const filled = new Set<string>()
  const channel = await connection.acquire()
  try {
    if (!isComplete) await channel.exchangeDelete({ exchange: readyMarker })
    for (const { name, type } of exchanges) await channel.exchangeDeclare({ exchange: name, type, durable: true })
    for (const { name, arguments: given } of queues) {
      const { messageCount } = await channel.queueDeclare({ queue: name, durable: true, arguments: given })
      if (messageCount > 0) filled.add(name)
    }
    for (const binding of bindings) await channel.queueBind(binding)
  } finally {
    await channel.close()
  }
  return { isReady, filled }
}

/** Resolves when every queue has confirmed a probe and is old enough. */
export async function topologyReady(
  connection: Connection,
  publisher: Pick<Publisher, 'publish'>,
  { topology, isReady, filled }: Declared & { topology: Topology },
): Promise<void> {
  if (!isReady) await wait(NEW_QUEUES_WAIT_MS)
  await Promise.all(probesOf(topology, filled).map(probe => publisher.publish({ ...probe, ...PROBE })))
  if (isReady) return
  const channel = await connection.acquire()
  await channel.exchangeDeclare({ exchange: topology.readyMarker, type: 'fanout', durable: true })
  await channel.close()
}

/** Consumers drop theirs; the others expire once nothing is before them, those of the delay queues to a consumer. */
function probesOf(
  { consumerQueues, delayQueues }: Topology,
  filled: ReadonlySet<string>,
): Pick<Outgoing, 'exchange' | 'routingKey' | 'expirationMs'>[] {
  const expiresTo = consumerQueues.inventory.queue
  const toDeadLetters = Object.values(consumerQueues)
    .filter(({ deadLetters }) => !filled.has(deadLetters))
    .map(({ deadLetters }) => ({ exchange: '', routingKey: deadLetters, expirationMs: 1 }))
  return [
    ...Object.values(consumerQueues).map(({ queue }) => ({ exchange: '', routingKey: queue })),
    ...toDeadLetters,
    ...delayQueues.map(exchange => ({ exchange, routingKey: expiresTo, expirationMs: 1 })),
  ]
}

/** Whether the broker has all that `look` declares passively. A channel ends with the first that it has not. */
async function isFound(connection: Connection, look: (channel: Channel) => Promise<unknown>): Promise<boolean> {
  const channel = await connection.acquire()
  try {
    await look(channel)
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
