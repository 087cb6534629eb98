// `POST /order` and `GET /order/:orderId`, once for all models. A model gives the handler that places an order, where an
// order is found, and what its answers mean.
// Guarantees: with an Idempotency-Key the order has the same id in every process and after every restart; without one
// each request is a new order.
import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import { LabError } from '../contracts/errors.ts'
import { IDEMPOTENCY_KEY } from '../contracts/headers.ts'
import { bareKey, OrderHeaders, OrderView } from '../contracts/http.ts'
import { DEFAULT_KITCHEN, deriveOrderId, type Order, OrderRequest } from '../contracts/order.ts'
import { viewOf } from '../workflow/present-order.ts'
import type { PlacedOrder } from '../workflow/store.ts'
import type { Handler } from './handler.ts'
import { contextOf, type Server, type ServerParts } from './http-server.ts'
import { answers } from './openapi.ts'

/** An order that was placed: by this request, or by an earlier one with its key. */
export type Placed = { isNew: boolean; view: OrderView }

export type OrderRoutes = {
  place: Handler<Order, Placed>
  /** The order as it may be shown now. */
  find(orderId: string): Promise<PlacedOrder | undefined>
  /** 201: the answer says what became of the order. 202: the order is accepted, and decided later. */
  status: { isNew: 201 | 202; repeated: 200 | 201 }
}

const OrderParams = Type.Object({ orderId: Type.String() })

export function orderRoutes(server: Server, parts: ServerParts, { place, find, status }: OrderRoutes): void {
  const order = { description: 'the order in its present state', schema: OrderView }
  const placing = answers({ [status.repeated]: order, [status.isNew]: order })
  const schema = { headers: OrderHeaders, body: OrderRequest, response: placing }
  server.post<{ Body: OrderRequest; Headers: OrderHeaders }>('/order', { schema }, async (request, reply) => {
    const { kitchenId = DEFAULT_KITCHEN, userId, items } = request.body
    const key = request.headers[IDEMPOTENCY_KEY]
    const orderId = key === undefined ? randomUUID() : deriveOrderId(userId, bareKey(key))
    const { isNew, view } = await place({ orderId, kitchenId, userId, items }, contextOf(request, parts))
    return reply.code(isNew ? status.isNew : status.repeated).send(view)
  })
  const showing = { params: OrderParams, response: answers({ 200: order }) }
  server.get<{ Params: { orderId: string } }>('/order/:orderId', { schema: showing }, async request => {
    const placed = await find(request.params.orderId)
    if (!placed) throw new LabError('not-found', 'there is no such order')
    return viewOf(placed)
  })
}
