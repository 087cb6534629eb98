// Tells those who wait for an order when its row changes, so that they need not ask again and again.
// Guarantees: who asks for the change before it reads the row misses none that follows.
// Not promised: that a change was kept, or that it matters to who waits. Whoever is told reads the row again.
import type { OrdersTx } from '../workflow/store.ts'

export type OrderWatch = {
  /** The same tables: their changes are told. */
  over<Tables extends OrdersTx>(tables: Tables): Tables
  /** `changed` resolves at the next change of the order, or when it is forgotten. Forget it in any case. */
  change(orderId: string): { changed: Promise<void>; forget(): void }
  /** Calls it at each change of any order. */
  onChange(listener: () => void): void
  /** How many wait. */
  waiting(): number
}

export function createOrderWatch(): OrderWatch {
  const waiting = new Map<string, Set<() => void>>()
  const listeners: (() => void)[] = []
  const tell = (orderId: string): void => {
    waiting.get(orderId)?.forEach(wake => wake())
    for (const listener of listeners) listener()
  }
  return {
    over: tables => ({
      ...tables,
      updateOrder(orderId, change) {
        tables.updateOrder(orderId, change)
        tell(orderId)
      },
      markDeadLettered(orderId, fingerprint, dead) {
        tables.markDeadLettered(orderId, fingerprint, dead)
        tell(orderId)
      },
    }),
    change(orderId) {
      const { promise: changed, resolve } = Promise.withResolvers<void>()
      const wake = () => resolve()
      const others = waiting.get(orderId) ?? new Set()
      waiting.set(orderId, others.add(wake))
      return {
        changed,
        forget() {
          resolve()
          others.delete(wake)
          if (others.size === 0 && waiting.get(orderId) === others) waiting.delete(orderId)
        },
      }
    },
    onChange: listener => void listeners.push(listener),
    waiting: () => [...waiting.values()].reduce((sum, { size }) => sum + size, 0),
  }
}
