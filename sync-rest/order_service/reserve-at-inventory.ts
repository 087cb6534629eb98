// Reserve an order at inventory, behind the safeguards of a synchronous call: a deadline over the whole of it, a bulkhead
// (at most CONCURRENCY orders wait for inventory at once, and no more in its queue than can be in time), and a breaker.
// Guarantees: an order that is not admitted left no trace: the same request may succeed later. With the breaker open, or
// while an order waits for a slot, nothing was sent. The breaker counts no 400 or 409.
import { BrokenCircuitError, bulkhead } from 'cockatiel'
import { deadlineIn } from '#common/contracts/clock.ts'
import { LabError } from '#common/contracts/errors.ts'
import { ReserveAnswer } from '#common/contracts/http.ts'
import type { Order } from '#common/contracts/order.ts'
import type { Places } from '#common/service/occupancy.ts'
import { call, CallError, type Peer } from '../http-client/call.ts'
import { openAdmission } from './admission.ts'
import type { Breaker } from './breaker.ts'

/** @throws CallError whose code is the answer to the client; `mayHaveActed` says whether to release the order. */
export type ReserveOrder = (order: Order, correlationId: string) => Promise<void>

export type Reservations = {
  /**
   * Does `work`, which stores an order and reserves it, when the reservation can be in time.
   * @throws LabError `overloaded` or `inventory-unavailable` when it cannot; the work was not begun then
   */
  admit<Result>(work: () => Promise<Result>): Promise<Result>
  reserve: ReserveOrder
}

/** `places`: those of CONCURRENCY. */
type Limits = { deadlineMs: number; concurrency: number; places: Places }

export function openReservations(inventory: Peer, breaker: Breaker, limits: Limits): Reservations {
  const { deadlineMs, concurrency } = limits
  const slots = bulkhead(concurrency, concurrency)
  const { admit, timed } = openAdmission(limits)

  return {
    async admit(work) {
      if (breaker.isOpen()) throw new LabError('inventory-unavailable', 'the breaker is open; nothing was stored')
      return admit(work)
    },
    async reserve(order, correlationId) {
      const { signal: deadline, clear } = deadlineIn(deadlineMs)
      let isSent = false
      const reserve = () => {
        deadline.throwIfAborted()
        isSent = true
        const request = { path: '/reserve', body: order, answer: ReserveAnswer, correlationId, signal: deadline }
        return timed(() => call(inventory, request), isRefusal)
      }
      // The bulkhead checks the signal only when a slot becomes free; an order in its queue is refused here, in time.
      const expired = new Promise<never>((_, reject) => {
        deadline.addEventListener('abort', () => isSent || reject(deadline.reason))
      })
      try {
        const begin = () => {
          // Before the breaker, which would take an order that is too late for a call that succeeded.
          deadline.throwIfAborted()
          return breaker.execute(reserve)
        }
        await Promise.race([slots.execute(begin, deadline), expired])
      } catch (error) {
        throw isSent ? asAnswer(error) : notSent(error)
      } finally {
        clear()
      }
    },
  }
}

/** Inventory has answered, and done nothing. */
const isRefusal = (error: unknown): boolean =>
  error instanceof CallError && !error.mayHaveActed && error.code !== 'unavailable'

/** The answer to the client: inventory's own 409, or what is wrong with inventory. */
function asAnswer(error: unknown): unknown {
  if (!(error instanceof CallError)) return error
  if (error.code === 'handler-failed') return new CallError('inventory-broke', error.detail, error)
  if (error.code === 'unavailable') return new CallError('inventory-unavailable', error.detail, error)
  return error
}

function notSent(error: unknown): CallError {
  const why = error instanceof BrokenCircuitError ? 'the breaker is open' : 'no slot became free before the deadline'
  return new CallError('inventory-unavailable', `${why}; inventory was not called`, {
    mayHaveActed: false,
    cause: error,
  })
}
