// The relay of an outbox: publishes the events in it, and removes each when its receiver has it for good.
// Guarantees: an event leaves the outbox only when its publish has resolved; after a crash in between it is published
// again, as the same event. What the receiver answered is stored in the transaction that removes the event. Publishes begin in the sequence
// in which the events were stored, or by kitchen those of each; after one that failed, earlier events follow later ones.
// Events wait on disk: at most two windows of them are in memory, however long the broker is away.
import { explain } from '../contracts/errors.ts'
import { OrderPlaced } from '../contracts/events.ts'
import { parse } from '../contracts/parse.ts'
import type { ServiceStore } from '../stores/group-commit.ts'
import type { OutboxEntry, OutboxTables } from '../stores/outbox.ts'
import { integer } from './config.ts'
import { startDurableWorker, type DurableWorker } from './durable-worker.ts'
import type { ServerParts } from './http-server.ts'
import { startWorkerByKitchen } from './worker-by-kitchen.ts'
import { degradedReporter } from './retry.ts'

export const relayWindowSetting = integer(256, 'with the outbox: how many events may await the broker at once', {
  min: 1,
  max: 10_000,
})

export type RelayParts<Tx extends OutboxTables, Answer> = ServerParts & {
  store: ServiceStore<Tx>
  /** Resolves when events can be published; may reject when the service is closing. */
  ready?(): Promise<void>
  /** Resolves when its receiver has the event for good. An event whose publish rejects is published again. */
  publish(event: OrderPlaced): Promise<Answer>
  /** Stores what the receiver answered. */
  keep?(tx: NoInfer<Tx>, event: OrderPlaced, answer: NoInfer<Answer>): void
  /** An event was removed. */
  onRemoved?(): void
  /** At most so many publishes at once. */
  window: number
  /** Between a publish and the removal of its event. */
  crashPoint(): void
}

/** Where the receiver is one for all events: after one that failed nothing begins until all in flight have ended. */
export const startRelay = <Tx extends OutboxTables, Answer>(parts: RelayParts<Tx, Answer>): DurableWorker => {
  const { report, ...work } = relayWork(parts)
  return startDurableWorker({ ...parts, ...work, resume: 'first', onSuccess: () => report(null) })
}

/** Where the receiver fails events one by one: one that fails holds up those of its kitchen alone. */
export const startRelayByKitchen = <Tx extends OutboxTables, Answer>(
  parts: Omit<RelayParts<Tx, Answer>, 'ready'> & {
    /** Whether the receiver is away, and not only failing this event. */
    stopsAll(error: unknown): boolean
  },
): DurableWorker => {
  const { report, ...work } = relayWork(parts)
  return startWorkerByKitchen({
    ...parts,
    ...work,
    rowAt: async seq => (await work.pending(seq - 1, 1)).find(row => row.seq === seq),
    kitchenOf: ({ event }) => event.data.kitchenId,
    onHealthy: () => report(null),
  })
}

type Row = { seq: number; event: OrderPlaced }

function relayWork<Tx extends OutboxTables, Answer>(parts: Omit<RelayParts<Tx, Answer>, 'ready'>) {
  const { store, publish, crashPoint } = parts
  const report = degradedReporter(parts, 'relay')
  const rowOf = ({ seq, body }: OutboxEntry): Row => ({ seq, event: parse(OrderPlaced, JSON.parse(body), 'outbox') })
  return {
    report,
    pending: async (after: number, limit: number) =>
      (await store.read(tx => tx.pendingEntries(after, limit))).map(rowOf),
    async run({ seq, event }: Row) {
      const answer = await publish(event)
      crashPoint()
      await store.transact(tx => {
        parts.keep?.(tx, event, answer)
        tx.dequeue(seq)
      })
      parts.onRemoved?.()
    },
    onFailure: (error: unknown) => report(`events wait in the outbox: ${explain(error)}`),
    onIdle: () => report(null),
  }
}
