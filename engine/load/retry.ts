/**
 * Clients that try again: when, and as which order.
 *
 * Guarantees: who does not know whether the order was placed, or knows that nothing was stored, sends the same order under the same key,
 * so that it cannot be placed twice; only who was told that the order has failed for good places another one, for the same client.
 */
import { deriveOrderId } from '#common/contracts/order-id.ts'
import type { Answer } from './attempt.ts'
import type { PlannedOrder } from './orders.ts'
import type { Random } from './random.ts'

export type Retry = {
  /** The first pause after an answer. */
  firstMs: number
  /** Each pause is twice the one before, up to this. */
  longestMs: number
  /** A pause is drawn between none and its length ("full jitter": M. Brooker, Exponential Backoff and Jitter, AWS, 2015). */
  hasJitter: boolean
  /** No pause is shorter than the answer's `Retry-After` asks for. */
  heedsRetryAfter?: true
  /** No request is sent so long after the first one. */
  patienceMs: number
}

export type RetryJob = Retry & { seed: number }

/** Whether trying again may help: there was no answer, or the service could not do its work, or its first request is not done. */
export const isWorthRetrying = (answer: Answer): boolean =>
  answer.kind === 'status'
    ? (answer.status >= 502 && answer.status <= 504) || answer.code === 'order-undecided'
    : answer.kind !== 'aborted'

/** After an answer. @param nth 1 for the pause before the second request */
export function pauseMs(retry: Retry, answer: Answer, nth: number, random: Random): number {
  const { firstMs, longestMs, hasJitter, heedsRetryAfter = false } = retry
  const lengthMs = Math.min(longestMs, firstMs * 2 ** (nth - 1))
  const ownMs = hasJitter ? lengthMs * random.next() : lengthMs
  return heedsRetryAfter && answer.kind === 'status' ? Math.max(ownMs, answer.retryAfterMs ?? 0) : ownMs
}

/** The order under a new key: `KEY/2`, then `KEY/3`. */
export function inStead(order: PlannedOrder, index: number): PlannedOrder {
  const [key, nth = 1] = order.idempotencyKey.split('/')
  const idempotencyKey = `${key}/${Number(nth) + 1}`
  const insteadOf = order.insteadOf ?? order.index
  return { ...order, index, idempotencyKey, orderId: deriveOrderId(order.userId, idempotencyKey), insteadOf }
}
