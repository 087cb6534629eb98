// `POST /order` and `GET /order/:orderId`, once for all models. A model gives the handler that places an order, where an
// order is found, and what its answers mean. A client of an order that is decided later learns its outcome in one of these
// ways, or by a webhook (webhooks.ts):
//
//   POST /order, Prefer: wait=10             the answer to its order waits as below, and is then the one of a model that decides at once
//   GET /order/:orderId                      the order now: it asks again (Retry-After)
//   GET /order/:orderId, Prefer: wait=10     the answer waits until the order is decided, for so many seconds (RFC 7240)
//   GET /order/:orderId/events               each change as a server-sent event, until the order is decided
//
// Guarantees: with an Idempotency-Key the order has the same id in every process and after every restart; without one
// each request is a new order. What a client is told of an order was on the disk before.
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { Type, type Static } from '../contracts/type.ts'
import { deadlineIn } from '../contracts/clock.ts'
import { asLabError, LabError } from '../contracts/errors.ts'
import { MAX_ORDER_BYTES } from '../contracts/events.ts'
import { IDEMPOTENCY_KEY } from '../contracts/headers.ts'
import { bareKey, OrderHeaders, OrderView, ShowHeaders } from '../contracts/http.ts'
import { DEFAULT_KITCHEN, type Order, OrderRequest } from '../contracts/order.ts'
import { deriveOrderId } from '../contracts/order-id.ts'
import { presentState, viewOf } from '../workflow/present-order.ts'
import type { PlacedOrder } from '../workflow/store.ts'
import type { Handler } from './handler.ts'
import { contextOf, type Server, type ServerParts } from './http-server.ts'
import { answers, eventStream } from './openapi.ts'
import type { OrderWatch } from './order-watch.ts'

/** An order that was placed: by this request, or by an earlier one with its key. */
export type Placed = { isNew: boolean; view: OrderView }

export type OrderRoutes = {
  place: Handler<Order, Placed>
  /** The order as it may be shown now. */
  find(orderId: string): Promise<PlacedOrder | undefined>
  /** Of the tables that `find` reads. */
  watch: OrderWatch
  /** 201: the answer says what became of the order. 202: the order is accepted, and decided later. */
  status: { isNew: 201 | 202; repeated: 200 | 201 }
}

/** Of an order whose client preferred to wait, as of one that is decided within its request. */
const DECIDED = 201

const OrderParams = Type.Object({ orderId: Type.String() })
type OfOrder = { Params: Static<typeof OrderParams>; Headers: ShowHeaders }

export function orderRoutes(server: Server, parts: ServerParts, routes: OrderRoutes): void {
  const { place, status } = routes
  const present = { description: 'the order in its present state', schema: OrderView }
  const placed = answers({ [status.repeated]: present, [status.isNew]: present, [DECIDED]: present })
  const schema = { headers: OrderHeaders, body: OrderRequest, response: placed }
  const route = { schema, bodyLimit: MAX_ORDER_BYTES }
  server.post<{ Body: OrderRequest; Headers: OrderHeaders }>('/order', route, async (request, reply) => {
    const { kitchenId = DEFAULT_KITCHEN, userId, items, note } = request.body
    const key = request.headers[IDEMPOTENCY_KEY]
    const orderId = key === undefined ? randomUUID() : deriveOrderId(userId, bareKey(key))
    const order = { orderId, kitchenId, userId, items, ...(note !== undefined && { note }) }
    // Where the answer carries the outcome there is nothing to wait for.
    const seconds = status.isNew === 202 ? secondsToWait(request.headers.prefer) : 0
    if (seconds > 0) reply.header('preference-applied', `wait=${seconds}`)
    const placing = place(order, contextOf(request, parts))
    const { isNew, view } = await (seconds === 0 ? placing : waitedFor(placing, seconds, orderId, reply))
    const code = !isNew ? status.repeated : seconds > 0 && isDecided(view) ? DECIDED : status.isNew
    if (code === 202) reply.header('location', `/order/${orderId}`)
    if (view.status === 'pending') reply.header('retry-after', ASK_AGAIN_S)
    return reply.code(code).send(view)
  })
  /** @throws LabError as for a repeated key: why the order failed; of a repeated one also that it is still undecided */
  async function waitedFor(
    placing: Promise<Placed>,
    seconds: number,
    orderId: string,
    reply: FastifyReply,
  ): Promise<Placed> {
    const isNew = await placing.then(
      placed => placed.isNew,
      async (error: unknown) => {
        // One that was sent to a log may not be here yet.
        if (asLabError(error).code === 'order-undecided' && (await routes.find(orderId))) return false
        throw error
      },
    )
    await decidedWithin(seconds, orderId, reply)
    const placed = await placedNow(routes, orderId)
    const view = viewOf(placed)
    return { isNew, view: isNew && !isDecided(view) ? view : presentState(placed) }
  }

  const showing = { params: OrderParams, headers: ShowHeaders, response: answers({ 200: present }) }
  server.get<OfOrder>('/order/:orderId', { schema: showing }, async ({ params: { orderId }, headers }, reply) => {
    const seconds = secondsToWait(headers.prefer)
    const view = seconds === 0 ? await viewNow(routes, orderId) : await decidedWithin(seconds, orderId, reply)
    if (seconds > 0) reply.header('preference-applied', `wait=${seconds}`)
    if (!isDecided(view)) reply.header('retry-after', ASK_AGAIN_S)
    return reply.header('cache-control', 'no-store').send(view)
  })
  async function decidedWithin(seconds: number, orderId: string, reply: FastifyReply): Promise<OrderView> {
    const deadline = deadlineIn(1_000 * seconds)
    const until = [untilGone(reply, parts), deadline.signal]
    return viewThat(isDecided, { routes, orderId, until }).finally(deadline.clear)
  }

  const streaming = { params: OrderParams, headers: ShowHeaders, response: eventStream(present) }
  server.get<OfOrder>('/order/:orderId/events', { schema: streaming }, async ({ params, headers }, reply) => {
    // Before the order is read: the client may be gone by then.
    const signal = untilGone(reply, parts)
    const view = await viewNow(routes, params.orderId)
    // The client has had the last event, and would come back for ever.
    if (isDecided(view) && headers['last-event-id'] === view.status) return reply.code(204).send()
    // A service that stops would wait for a connection that is kept.
    const fields = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' }
    return reply.headers(fields).send(Readable.from(eventsOf(routes, view, signal)))
  })
}

/** When a client that asks again and again should do so next. */
const ASK_AGAIN_S = '1'
const MOST_SECONDS = 30

/** As RFC 7240 has it; a preference that cannot be read is none. */
function secondsToWait(prefer = ''): number {
  const [, seconds = '0'] = /(?:^|,)\s*wait\s*=\s*"?(\d{1,4})"?\s*(?=$|[,;])/i.exec(prefer) ?? []
  return Math.min(Number(seconds), MOST_SECONDS)
}

/** A dead letter is decided once somebody redrives it. */
const isDecided = ({ status }: OrderView): boolean => status === 'reserved' || status === 'failed'

/** Aborts when the client is gone or answered, and when the service closes. */
function untilGone({ raw }: FastifyReply, { closing }: ServerParts): AbortSignal {
  const gone = new AbortController()
  const abort = () => gone.abort()
  closing.addEventListener('abort', abort)
  raw.once('close', () => {
    closing.removeEventListener('abort', abort)
    abort()
  })
  if (closing.aborted) abort()
  return gone.signal
}

/** @throws LabError `not-found` */
async function placedNow({ find }: OrderRoutes, orderId: string): Promise<PlacedOrder> {
  const placed = await find(orderId)
  if (!placed) throw new LabError('not-found', 'there is no such order')
  return placed
}

/** @throws LabError `not-found` */
const viewNow = async (routes: OrderRoutes, orderId: string): Promise<OrderView> =>
  viewOf(await placedNow(routes, orderId))

type Waiting = { routes: OrderRoutes; orderId: string; until: readonly AbortSignal[] }

/**
 * The order when it is as it is awaited, or as it is when one of `until` aborts. It listens to each of them: Node keeps what
 * `AbortSignal.any` makes of time-outs for ever.
 */
async function viewThat(
  isAwaited: (view: OrderView) => boolean,
  { routes, orderId, until }: Waiting,
): Promise<OrderView> {
  while (true) {
    // Before the order is read, so that no change is missed.
    const { changed, forget } = routes.watch.change(orderId)
    for (const signal of until) signal.addEventListener('abort', forget)
    try {
      const view = await viewNow(routes, orderId)
      if (isAwaited(view) || until.some(({ aborted }) => aborted)) return view
      await changed
    } finally {
      for (const signal of until) signal.removeEventListener('abort', forget)
      forget()
    }
  }
}

/** A proxy ends a connection on which nothing comes for long. */
const HEARTBEAT_MS = 15_000

/** The order now, and at each change until it is decided, as server-sent events; the id of each is the status. */
async function* eventsOf(routes: OrderRoutes, now: OrderView, gone: AbortSignal): AsyncGenerator<string> {
  const event = (view: OrderView) => `event: order\nid: ${view.status}\ndata: ${JSON.stringify(view)}\n\n`
  let last = now
  yield event(last)
  while (!isDecided(last) && !gone.aborted) {
    const isNews = ({ status }: OrderView) => status !== last.status
    const beat = deadlineIn(HEARTBEAT_MS)
    const waiting = { routes, orderId: now.orderId, until: [gone, beat.signal] }
    const view = await viewThat(isNews, waiting).finally(beat.clear)
    yield isNews(view) ? event(view) : ': no change yet\n\n'
    last = view
  }
}
