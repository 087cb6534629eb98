// One InventoryReserved: send the notification, ack the message. A crash between the two leaves the message unacked; it is
// delivered again, and the order is known as notified.
import type { InventoryReserved } from '#common/contracts/events.ts'
import type { CrashPoint } from '#common/faults/fault-injector.ts'
import type { Handler } from '#common/service/handler.ts'
import type { MessageHandler } from '../messaging/consume.ts'

type Parts = {
  /** Resolves when the notification is on disk. */
  send: Handler<InventoryReserved['data'], void>
  afterCommit: CrashPoint
}

export function sendAck({ send, afterCommit }: Parts): MessageHandler<InventoryReserved> {
  return async ({ data: order }, context, ack) => {
    await send(order, context)
    afterCommit()
    ack()
  }
}
