// `POST /reserve`: 200 when all of the order is reserved, 409 when nothing is. What it answers was on disk before.
// A crash before the answer leaves the caller without one: it fails the order and releases it (order_service), and a
// repeated request gets the stored decision again.
import type { InventoryEvent } from '#common/contracts/events.ts'
import type { ReserveAnswer } from '#common/contracts/http.ts'
import { LabError } from '#common/contracts/errors.ts'
import type { Order } from '#common/contracts/order.ts'
import type { CrashPoint } from '#common/faults/fault-injector.ts'
import { decideOrder } from '#common/service/decide-order.ts'
import type { Handler } from '#common/service/handler.ts'
import type { Store, StockTx } from '#common/workflow/store.ts'

type Parts = { store: Store<StockTx>; afterCommit: CrashPoint }

export function decideAndRespond({ store, afterCommit }: Parts): Handler<Order, ReserveAnswer> {
  const decide = decideOrder(store)
  return async (order, context) => {
    const event = await decide(order, context)
    afterCommit()
    return respond(event)
  }
}

function respond({ type, data }: InventoryEvent): ReserveAnswer {
  const { orderId } = data
  if (type === 'InventoryReserved') return { orderId, status: 'reserved' }
  throw new LabError(data.reason, `order ${orderId} was not reserved; nothing was taken`, { orderId })
}
