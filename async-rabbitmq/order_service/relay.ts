// The relay: publishes what is in the outbox, and removes an event when the broker has confirmed it.
// Guarantees: an event leaves the outbox only after its confirm, and stays when it was returned because no queue is
// bound; after a crash in between it is published again, as the same event. Events are published in the order in which
// they were stored; after a failure, earlier ones follow later ones that had been confirmed. What waits, waits on disk:
// at most a window of events is in memory, however long the broker is away.
import { setTimeout as wait } from 'node:timers/promises'
import { asLabError } from '#common/contracts/errors.ts'
import { OrderPlaced } from '#common/contracts/events.ts'
import { parse } from '#common/contracts/parse.ts'
import type { CrashPoint } from '#common/faults/crash.ts'
import type { Health } from '#common/kit/health.ts'
import type { Logger } from '#common/kit/log.ts'
import type { OutboxEntry, OutboxTables } from '#common/stores/outbox.ts'
import type { Store } from '#common/workflow/store.ts'
import type { Broker } from '../broker/broker.ts'
import { eventMessage } from '../events.ts'

const AGAIN_MS = 500

type Parts = {
  store: Store<OutboxTables> & { read: OutboxTables }
  broker: Broker
  /** The exchange that OrderPlaced goes to. */
  exchange: string
  /** At most so many events await their confirm at once. */
  window: number
  crashPoint: CrashPoint
  log: Logger
  health: Health
  closing: AbortSignal
}

export type Relay = {
  wake(): void
  /** Resolves when nothing is under way; call it when the service is closing. */
  ended: Promise<void>
}

export function startRelay(parts: Parts): Relay {
  const { store, broker, window, log, health, closing } = parts
  let woken = Promise.withResolvers<void>()
  const wake = () => woken.resolve()
  closing.addEventListener('abort', wake)

  /** Publishes until the service closes, or until something fails; then all that was under way has ended. */
  async function relayWhileWell(): Promise<void> {
    const underWay = new Set<Promise<void>>()
    let after = 0
    let failure: unknown
    while (!closing.aborted && failure === undefined) {
      const entries = store.read.pendingEntries(after, window - underWay.size)
      for (const entry of entries) {
        after = entry.seq
        const handedOver = handOver(parts, entry)
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
        await broker.ready()
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
  return { wake, ended: keepRelaying() }
}

async function handOver({ store, broker, exchange, crashPoint }: Parts, { seq, body }: OutboxEntry): Promise<void> {
  const event = parse(OrderPlaced, JSON.parse(body), 'outbox')
  await broker.publish(eventMessage(exchange, event))
  crashPoint()
  await store.transact(tx => tx.dequeue(seq))
}
