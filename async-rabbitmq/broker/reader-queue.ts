// A queue of its own for a reader beside the services, kept and acked like theirs: nothing is lost to it while it is away.
// Not promised: that it reads again after its channel was lost. The queue stays, and whoever made it removes it.
import type { Binding, Queue } from '../messaging/topology.ts'
import { openConnection } from './broker.ts'
import { incomingOf, openRawChannel, type Incoming } from './message.ts'

type ReaderQueue = Queue & { routes: readonly Omit<Binding, 'queue'>[]; prefetch: number }
type Reader = {
  /** A message of which it throws is not acked, and counts as lost. */
  onMessage(message: Incoming): void
  onLost(why: unknown): void
}

/** Resolves when the queue is bound and read. @throws the broker's error */
export async function readOwnQueue(
  url: string,
  { name: queue, arguments: given, routes, prefetch }: ReaderQueue,
  { onMessage, onLost }: Reader,
): Promise<void> {
  const connection = openConnection(url, queue)
  connection.on('error', onLost)
  const channel = await openRawChannel(connection)
  channel.once('close', () => onLost('the channel was lost'))
  await channel.queueDeclare({ queue, durable: true, arguments: given })
  for (const route of routes) await channel.queueBind({ ...route, queue })
  await channel.basicQos({ prefetchCount: prefetch })
  await channel.basicConsume({ queue }, message => {
    try {
      onMessage(incomingOf(queue, message))
      channel.basicAck({ deliveryTag: message.deliveryTag })
    } catch (error) {
      onLost(error)
    }
  })
}
