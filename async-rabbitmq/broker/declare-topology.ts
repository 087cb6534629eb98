// Declares the topology, and lets no queue be trusted too early.
// Guarantees: what was declared stands, with these arguments; every queue has confirmed a probe. A quorum queue younger
// than about a second loses all it confirmed when the broker is killed, so a new one is given time before it is used.
// Does not repair a queue that has no leader: then the probe is never confirmed, and the service stays unhealthy.
import { setTimeout as wait } from 'node:timers/promises'
import type { Connection } from 'rabbitmq-client'
import type { Topology } from '../messaging/topology.ts'
import { PROBE, type Outgoing } from './message.ts'
import type { Publisher } from './publisher.ts'

const COMING_OF_AGE_MS = 1_200

/** @throws the broker's error, for instance when a queue stands with other arguments. */
export async function declareTopology(connection: Connection, topology: Topology): Promise<{ isSettled: boolean }> {
  const isSettled = await exchangeExists(connection, topology.readyMarker)
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
  return { isSettled }
}

/** Resolves when every queue has confirmed a probe and is old enough. */
export async function topologyReady(
  connection: Connection,
  publisher: Pick<Publisher, 'publish'>,
  { topology, isSettled }: { topology: Topology; isSettled: boolean },
): Promise<void> {
  if (!isSettled) await wait(COMING_OF_AGE_MS)
  await Promise.all(
    probesOf(topology).map(probe => publisher.publish({ ...probe, type: PROBE, body: Buffer.from('{}') })),
  )
  if (isSettled) return
  const channel = await connection.acquire()
  await channel.exchangeDeclare({ exchange: topology.readyMarker, type: 'fanout', durable: true })
  await channel.close()
}

/** A probe for every queue: consumers drop it where there is one, elsewhere it expires; from the ladder into a line. */
function probesOf({
  consumerQueues,
  delayQueues,
}: Topology): Pick<Outgoing, 'exchange' | 'routingKey' | 'expirationMs'>[] {
  const back = consumerQueues.inventory.queue
  return [
    ...Object.values(consumerQueues).flatMap(({ queue, deadLetters }) => [
      { exchange: '', routingKey: queue },
      { exchange: '', routingKey: deadLetters, expirationMs: 1 },
    ]),
    ...delayQueues.map(exchange => ({ exchange, routingKey: back, expirationMs: 1 })),
  ]
}

async function exchangeExists(connection: Connection, exchange: string): Promise<boolean> {
  const channel = await connection.acquire()
  try {
    await channel.exchangeDeclare({ exchange, passive: true })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'NOT_FOUND') return false
    throw error
  } finally {
    await channel.close()
  }
}
