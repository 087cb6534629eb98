// The relay of an outbox: hands over what is in it, and removes an event when the broker has it for good.
// Guarantees: an event leaves the outbox only when its hand-over has resolved; after a crash in between it is handed
// over again, as the same event. Hand-overs begin in the order in which the events were stored; after one that failed,
// earlier events follow later ones. What waits, waits on disk: at most a window of events is in memory, however long
// the broker is away.
import { setTimeout as wait } from 'node:timers/promises'
import { asLabError } from '../contracts/errors.ts'
import { OrderPlaced } from '../contracts/events.ts'
import { parse } from '../contracts/parse.ts'
import type { OutboxEntry, OutboxTables } from '../stores/outbox.ts'
import type { Store } from '../workflow/store.ts'
import { integer } from './config.ts'
import type { ServerParts } from './http-server.ts'

const AGAIN_MS = 500

export const relayWindowSetting = integer(256, 'with the outbox: how many events may await the broker at once', {
  min: 1,
  max: 10_000,
})

export type RelayParts = ServerParts & {
  store: Store<OutboxTables> & { read: OutboxTables }
  /** Resolves when events can be handed over; may reject when the service is closing. */
  ready(): Promise<void>
  /** Resolves when the broker has the event for good. What rejects is handed over again. */
  publish(event: OrderPlaced): Promise<void>
  /** At most so many hand-overs at once. */
  window: number
  /** Between a hand-over and the removal of its event. */
  crashPoint(): void
}

export type Relay = {
  /** Tells the relay that there is something in the outbox. */
  notify(): void
  /** Resolves when the service is closing and nothing is under way. */
  ended: Promise<void>
}

export function startRelay(parts: RelayParts): Relay {
  const { store, ready, window, log, health, closing } = parts
  let woken = Promise.withResolvers<void>()
  const wake = () => woken.resolve()
  closing.addEventListener('abort', wake)

  /** Hands over until the service closes, or until something fails; then all that was under way has ended. */
  async function relayWhileWell(): Promise<void> {
    const underWay = new Set<Promise<void>>()
    let after = 0
    let failure: unknown
    while (!closing.aborted && failure === undefined) {
      const entries = store.read.pendingEntries(after, window - underWay.size)
      for (const entry of entries) {
        after = entry.seq
        const handedOver = relayOne(parts, entry)
          .then(() => health.report('relay', null))
          .catch((error: unknown) => {
            failure ??= error
          })
          .finally(() => {
            underWay.delete(handedOver)
            wake()
          })
        underWay.add(handedOver)
      }
      if (underWay.size === 0) health.report('relay', null)
      await woken.promise
      woken = Promise.withResolvers()
    }
    await Promise.all(underWay)
    if (failure !== undefined) throw failure
  }

  async function keepRelaying(): Promise<void> {
    while (!closing.aborted) {
      try {
        await ready()
        await relayWhileWell()
      } catch (error) {
        if (closing.aborted) return
        const { detail } = asLabError(error)
        health.report('relay', `events wait in the outbox: ${detail}`)
        log.warn({ detail }, 'cannot hand events over; they wait in the outbox')
        await wait(AGAIN_MS, undefined, { ref: false })
      }
    }
  }
  return { notify: wake, ended: keepRelaying() }
}

async function relayOne({ store, publish, crashPoint }: RelayParts, { seq, body }: OutboxEntry): Promise<void> {
  await publish(parse(OrderPlaced, JSON.parse(body), 'outbox'))
  crashPoint()
  await store.transact(tx => tx.dequeue(seq))
}
