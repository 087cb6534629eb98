// Ask inventory to reserve, behind the safeguards of a synchronous call: a deadline over the whole of it, a bulkhead
// (at most W orders wait for inventory at once) and a breaker.
// Guarantees: with the breaker open, or while waiting for a place, nothing was sent. The breaker does not count 4xx.
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

export type AskInventory = (order: Order, correlationId: string) => Promise<void>

type Limits = { deadlineMs: number; atOnce: number }

/** @throws CallError whose code is what the client is told, and whose `mayHaveActed` says whether to release. */
export function askInventory(inventory: Peer, breaker: IPolicy, { deadlineMs, atOnce }: Limits): AskInventory {
  const places = bulkhead(atOnce, Number.MAX_SAFE_INTEGER)
  return async (order, correlationId) => {
    const deadline = AbortSignal.timeout(deadlineMs)
    let asked = false
    const reserve = () => {
      deadline.throwIfAborted()
      asked = true
      return call(inventory, { path: '/reserve', body: order, answer: ReserveAnswer, correlationId, signal: deadline })
    }
    // The bulkhead looks at the signal only when a place becomes free; who waits in its line learns it here, in time.
    const expired = new Promise<never>((_, reject) => {
      deadline.addEventListener('abort', () => asked || reject(deadline.reason))
    })
    try {
      await Promise.race([places.execute(() => breaker.execute(reserve), deadline), expired])
    } catch (error) {
      throw asked ? asAnswer(error) : notAsked(error)
    }
  }
}

/** In the client's words: inventory's own 409, or what went wrong with it. */
function asAnswer(error: unknown): unknown {
  if (!(error instanceof CallError)) return error
  if (error.code === 'handler-failed') return new CallError('inventory-broke', error.detail, error)
  if (error.code === 'unavailable') return new CallError('inventory-unavailable', error.detail, error)
  return error
}

function notAsked(error: unknown): CallError {
  const why = error instanceof BrokenCircuitError ? 'the breaker is open' : 'no place became free before the deadline'
  return new CallError('inventory-unavailable', `${why}; inventory was not asked`, {
    mayHaveActed: false,
    cause: error,
  })
}

/** Opens after so many failures in a row, and lets one call through after `openMs` to see. */
export function openBreaker({
  failures,
  openMs,
  health,
}: {
  failures: number
  openMs: number
  health: Health
}): IPolicy {
  // Only a 4xx and a refused connection prove that inventory did nothing, and of these two only the latter is a failure.
  const counts = handleWhen(error => error instanceof CallError && (error.mayHaveActed || error.code === 'unavailable'))
  const breaker = circuitBreaker(counts, { halfOpenAfter: openMs, breaker: new ConsecutiveBreaker(failures) })
  breaker.onBreak(() => health.report('inventory', 'the breaker is open'))
  breaker.onReset(() => health.report('inventory', null))
  return breaker
}

/** For the lab: what happens without the breaker. */
export const noBreaker: IPolicy = noop
