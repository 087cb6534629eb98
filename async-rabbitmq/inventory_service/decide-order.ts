// One OrderPlaced: decide the order, publish the outcome, ack the message. consumer.ts says what a crash between two of
// these steps leaves behind.
import type { InventoryEvent, OrderPlaced } from '#common/contracts/events.ts'
import type { Order } from '#common/contracts/order.ts'
import type { CrashPoint } from '#common/faults/fault-injector.ts'
import type { Handler } from '#common/service/handler.ts'
import type { MessageHandler } from '../messaging/consume.ts'

type Parts = {
  /** Resolves when the decision is on disk. */
  decide: Handler<Order, InventoryEvent>
  /** Resolves when the broker has confirmed the event. */
  publish(event: InventoryEvent): Promise<void>
  afterCommit: CrashPoint
  afterPublish: CrashPoint
}

export function decidePublishAck({ decide, publish, afterCommit, afterPublish }: Parts): MessageHandler<OrderPlaced> {
  return async ({ data: order }, context, ack) => {
    const event = await decide(order, context)
    afterCommit()
    await publish(event)
    afterPublish()
    ack()
  }
}
