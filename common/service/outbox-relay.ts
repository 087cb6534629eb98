// The relay of an outbox: publishes the events in it, and removes each when the broker has it for good.
// Guarantees: an event leaves the outbox only when its publish has resolved; after a crash in between it is published
// again, as the same event. Publishes begin in the sequence in which the events were stored; after one that failed, earlier
// events follow later ones. Events wait on disk: at most a window of them is in memory, however long the broker is away.
import { explain } from '../contracts/errors.ts'
import { OrderPlaced } from '../contracts/events.ts'
import { parse } from '../contracts/parse.ts'
import type { ServiceStore } from '../stores/group-commit.ts'
import type { OutboxTables } from '../stores/outbox.ts'
import { integer } from './config.ts'
import { startDurableWorker, type DurableWorker } from './durable-worker.ts'
import type { ServerParts } from './http-server.ts'
import { degradedReporter } from './retry.ts'

export const relayWindowSetting = integer(256, 'with the outbox: how many events may await the broker at once', {
  min: 1,
  max: 10_000,
})

export type RelayParts = ServerParts & {
  store: ServiceStore<OutboxTables>
  /** Resolves when events can be published; may reject when the service is closing. */
  ready(): Promise<void>
  /** Resolves when the broker has the event for good. An event whose publish rejects is published again. */
  publish(event: OrderPlaced): Promise<void>
  /** At most so many publishes at once. */
  window: number
  /** Between a publish and the removal of its event. */
  crashPoint(): void
}

export function startRelay(parts: RelayParts): DurableWorker {
  const { store, ready, publish, window, crashPoint, closing } = parts
  const report = degradedReporter(parts, 'relay')
  return startDurableWorker({
    pending: (after, limit) => store.read(tx => tx.pendingEntries(after, limit)),
    async run({ seq, body }) {
      await publish(parse(OrderPlaced, JSON.parse(body), 'outbox'))
      crashPoint()
      await store.transact(tx => tx.dequeue(seq))
    },
    window,
    resume: 'first',
    ready,
    onSuccess: () => report(null),
    onFailure: error => report(`events wait in the outbox: ${explain(error)}`),
    onIdle: () => report(null),
    closing,
  })
}
