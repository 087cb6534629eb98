// Reserve an order at inventory, behind the safeguards of a synchronous call: a deadline over the whole of it, a bulkhead
// (at most CONCURRENCY orders wait for inventory at once) and a breaker.
// Guarantees: with the breaker open, or while an order waits for a slot, nothing was sent. The breaker counts no 4xx.
import {
  BrokenCircuitError,
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhen,
  noop,
  type IPolicy,
} from 'cockatiel'
import { ReserveAnswer } from '#common/contracts/http.ts'
import type { Order } from '#common/contracts/order.ts'
import type { Health } from '#common/service/health.ts'
import { call, CallError, type Peer } from '../http-client/call.ts'

/** @throws CallError whose code is the answer to the client; `mayHaveActed` says whether to release the order. */
export type ReserveOrder = (order: Order, correlationId: string) => Promise<void>

type Limits = { deadlineMs: number; concurrency: number }

export function reserveAtInventory(inventory: Peer, breaker: IPolicy, limits: Limits): ReserveOrder {
  const slots = bulkhead(limits.concurrency, Number.MAX_SAFE_INTEGER)
  return async (order, correlationId) => {
    const deadline = AbortSignal.timeout(limits.deadlineMs)
    let isSent = false
    const reserve = () => {
      deadline.throwIfAborted()
      isSent = true
      return call(inventory, { path: '/reserve', body: order, answer: ReserveAnswer, correlationId, signal: deadline })
    }
    // The bulkhead checks the signal only when a slot becomes free; an order in its queue is refused here, in time.
    const expired = new Promise<never>((_, reject) => {
      deadline.addEventListener('abort', () => isSent || reject(deadline.reason))
    })
    try {
      await Promise.race([slots.execute(() => breaker.execute(reserve), deadline), expired])
    } catch (error) {
      throw isSent ? asAnswer(error) : notSent(error)
    }
  }
}

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

type BreakerParts = { failures: number; openMs: number; health: Health }

/** Opens after so many failures in a row, and lets one call through after `openMs` to probe. */
export function openBreaker({ failures, openMs, health }: BreakerParts): IPolicy {
  // Only a 4xx and a refused connection prove that inventory did nothing, and of these two only the latter is a failure.
  const counts = handleWhen(error => error instanceof CallError && (error.mayHaveActed || error.code === 'unavailable'))
  const breaker = circuitBreaker(counts, { halfOpenAfter: openMs, breaker: new ConsecutiveBreaker(failures) })
  breaker.onBreak(() => health.report('inventory', 'the breaker is open'))
  breaker.onReset(() => health.report('inventory', null))
  return breaker
}

/** For an experiment that leaves the breaker out. */
export const noBreaker: IPolicy = noop
