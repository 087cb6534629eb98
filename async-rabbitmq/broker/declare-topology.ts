// Declares the topology, and waits until its queues are safe to use.
// Guarantees: exchanges, queues and bindings exist with these arguments, and every queue has confirmed a probe, except those
// that hold dead letters, since a probe would stay behind them, and the stream, which would keep it. A quorum queue younger
// than about a second loses what it confirmed when the broker is killed, so new queues are not used before, also when only one
// of them is new.
// Does not repair a queue that has no leader: its probe is never confirmed, and health says so with its name. Only a person
// knows that nothing else was published to it; once it is deleted it is declared again.
import { setTimeout as wait } from 'node:timers/promises'
import type { Channel, Connection } from 'rabbitmq-client'
import { LabError } from '#common/contracts/errors.ts'
import type { Topology } from '../messaging/topology.ts'
import { PROBE, type Outgoing } from './message.ts'
import { openPublisher, type Publisher } from './publisher.ts'

const NEW_QUEUES_WAIT_MS = 1_200
/** A broker that has just started takes a second or two to find the leaders of its queues. */
const PROBES_DEADLINE_MS = 8_000

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

/**
 * Resolves when every queue has confirmed a probe and is old enough.
 * @throws LabError `unavailable` that names the queues which confirmed none in time
 */
export async function topologyReady(
  connection: Connection,
  publisher: Pick<Publisher, 'publish'>,
  { topology, isReady, filled }: Declared & { topology: Topology },
): Promise<void> {
  if (!isReady) await wait(NEW_QUEUES_WAIT_MS)
  const probes = probesOf(topology, filled)
  const confirmed = Promise.all(probes.map(probe => publisher.publish({ ...probe, ...PROBE })))
  if (!(await isInTime(confirmed))) await findSilent(connection, probes, isReady)
  if (isReady) return
  const channel = await connection.acquire()
  await channel.exchangeDeclare({ exchange: topology.readyMarker, type: 'fanout', durable: true })
  await channel.close()
}

const isInTime = (confirmed: Promise<unknown>): Promise<boolean> =>
  Promise.race([confirmed.then(() => true), wait(PROBES_DEADLINE_MS, false, { ref: false })])

/** Asks each queue on a channel of its own: one without a leader also holds up what others have confirmed on its channel. */
async function findSilent(connection: Connection, probes: readonly Probe[], areOld: boolean): Promise<never> {
  const silent: string[] = []
  const ask = async (probe: Probe) => {
    const publisher = await openPublisher(connection)
    const confirmed = publisher.publish({ ...probe, ...PROBE })
    if (!(await isInTime(confirmed))) silent.push(probe.exchange || probe.routingKey)
    publisher.close().catch(() => {}) // may take long
  }
  await Promise.all(probes.map(ask))
  const found = `no confirm within ${PROBES_DEADLINE_MS / 1_000} s from ${silent.join(', ') || 'all queues together'}`
  const advice =
    'a queue that was declared within a second before its broker was killed is empty and stays without a leader; ' +
    'delete such a queue (rabbitmqctl delete_queue NAME), and it is declared again'
  throw new LabError('unavailable', areOld || silent.length === 0 ? found : `${found}: ${advice}`)
}

type Probe = Pick<Outgoing, 'exchange' | 'routingKey' | 'expirationMs'>

/** Consumers drop theirs; the others expire once nothing is before them, those of the delay queues to a consumer. */
function probesOf({ consumerQueues, delayQueues }: Topology, filled: ReadonlySet<string>): Probe[] {
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
