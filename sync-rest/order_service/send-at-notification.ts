// Send a notification at notification_service, with a deadline.
import { SendAnswer } from '#common/contracts/http.ts'
import type { Order } from '#common/contracts/order.ts'
import { call, type Peer } from '../http-client/call.ts'

/** @throws CallError when the notification was not acknowledged in time; it may have been sent all the same. */
export type SendNotification = (order: Pick<Order, 'orderId' | 'userId'>, correlationId: string) => Promise<void>

export const sendAtNotification =
  (notification: Peer, deadlineMs: number): SendNotification =>
  async ({ orderId, userId }, correlationId) => {
    const signal = AbortSignal.timeout(deadlineMs)
    await call(notification, { path: '/send', body: { orderId, userId }, answer: SendAnswer, correlationId, signal })
  }
