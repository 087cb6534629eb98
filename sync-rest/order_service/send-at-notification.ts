// Send a notification at notification_service, with a deadline; for a request, with a bulkhead and a breaker too.
import { bulkhead } from 'cockatiel'
import { deadlineIn } from '#common/contracts/clock.ts'
import { SendAnswer } from '#common/contracts/http.ts'
import type { Order } from '#common/contracts/order.ts'
import { call, type Peer } from '../http-client/call.ts'
import type { Breaker } from './breaker.ts'

/** @throws Error when the notification was not acknowledged in time; it may have been sent all the same. */
export type SendNotification = (order: Pick<Order, 'orderId' | 'userId'>, correlationId: string) => Promise<void>

export const sendAtNotification =
  (notification: Peer, deadlineMs: number): SendNotification =>
  async ({ orderId, userId }, correlationId) => {
    const { signal, clear } = deadlineIn(deadlineMs)
    const request = { path: '/send', body: { orderId, userId }, answer: SendAnswer, correlationId, signal }
    await call(notification, request).finally(clear)
  }

/**
 * For requests, which do not wait for a notification_service that is known to fail or has all hands full: whatever is not
 * sent now, a worker sends later. @throws Error at once then
 */
export function sendWhileAble(send: SendNotification, breaker: Breaker, concurrency: number): SendNotification {
  const slots = bulkhead(concurrency)
  return async (order, correlationId) => {
    if (breaker.isOpen()) throw new Error('the breaker in front of notification_service is open')
    await slots.execute(() => breaker.execute(() => send(order, correlationId)))
  }
}
