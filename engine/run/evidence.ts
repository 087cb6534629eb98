// Reads what the services hold, page by page, over the same routes in every model and runtime; and waits until it is
// quiescent. Guarantees: evidence that is called quiescent was read twice, and the second read found the same. A request
// that its client abandoned may still be unread in a socket, its order in no table; and pages are read one after the other, so
// that only what a second read finds unchanged was complete.
import type { TSchema, Static } from '#common/contracts/type.ts'
import type { Agent } from 'undici'
import {
  DecisionRow,
  MovementRow,
  NotificationRow,
  OrderRow,
  OrdersPage,
  Page,
  type Page as PageOf,
  StockRow,
} from '#common/contracts/evidence.ts'
import { parse } from '#common/contracts/parse.ts'
import type { Evidence } from './history.ts'
import { getJson } from './http.ts'
import type { BrokerInspector, Model } from '../experiment/model.ts'
import type { Runtime } from '../experiment/runtime.ts'
import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Variant } from '../experiment/define.ts'
import type { Progress } from '../experiment/steps.ts'

/** Rows that a service gives at once, at most. */
export const PAGE = 1_000

/** Reads rows of a paged route that come after `after`. @throws Error when the service does not answer as agreed */
export function pageReader<Row extends TSchema>(
  row: Row,
): (url: string, after: number, limit: number, connections?: Agent) => Promise<PageOf<Static<Row>>> {
  const schema = Page(row)
  return async (url, after, limit, connections) =>
    parse(schema, await getJson(`${url}?after=${after}&limit=${limit}`, connections), url)
}

/** Reads all rows of a paged route. @throws Error when the service does not answer as agreed */
export function reader<Row extends TSchema>(row: Row): (url: string) => Promise<Static<Row>[]> {
  const readPage = pageReader(row)
  return async url => {
    const rows: Static<Row>[] = []
    for (let after: number | null = 0; after !== null; ) {
      const page: PageOf<Static<Row>> = await readPage(url, after, PAGE)
      rows.push(...page.rows)
      after = page.next
    }
    return rows
  }
}

const readOrders = reader(OrderRow)
const readStock = reader(StockRow)
const readMovements = reader(MovementRow)
const readDecisions = reader(DecisionRow)
const readNotifications = reader(NotificationRow)

/** What tells whether a model is quiescent. */
export type Flow = Pick<Evidence, 'onTheirWay' | 'orders' | 'decisions' | 'notifications'>

type IsRead = (service: string) => boolean

const rowsOf =
  ({ url }: Pick<Runtime, 'url'>, isRead: IsRead) =>
  async <Row>(service: string, read: (url: string) => Promise<Row[]>, path: string): Promise<Row[]> =>
    isRead(service) ? read(`${url(service)}${path}`) : []

/** Rows of a service for which `isRead` is false are left empty. */
export async function readFlow(
  model: Model,
  runtime: Pick<Runtime, 'url'>,
  isRead: IsRead = () => true,
): Promise<Flow> {
  const { orders, inventory, notifications } = model.evidence
  const rows = rowsOf(runtime, isRead)
  // Requested before the rows are read: what was no longer on its way then is in one of them.
  const first = `${runtime.url(orders)}/orders?limit=1`
  const { onTheirWay } = isRead(orders) ? parse(OrdersPage, await getJson(first), first) : { onTheirWay: 0 }
  return {
    onTheirWay,
    orders: await rows(orders, readOrders, '/orders'),
    decisions: await rows(inventory, readDecisions, '/inventory/decisions'),
    notifications: await rows(notifications, readNotifications, '/notifications'),
  }
}

/** The same with all else that services and broker hold. */
export async function readEvidence(
  model: Model,
  runtime: Pick<Runtime, 'url'>,
  inspector: BrokerInspector,
  isRead: IsRead = () => true,
): Promise<Evidence> {
  const { inventory } = model.evidence
  const rows = rowsOf(runtime, isRead)
  return {
    ...(await readFlow(model, runtime, isRead)),
    movements: await rows(inventory, readMovements, '/inventory/movements'),
    stock: await rows(inventory, readStock, '/inventory'),
    deadLetters: await inspector.deadLetters(),
  }
}

/**
 * Quiescent: no order is on its way to the orders table, every order that a service knows is decided everywhere, every reserved one
 * is notified, and no stock is held for a failed one. Never judged by a queue's depth.
 */
export function isQuiescent({ onTheirWay, orders, decisions, notifications }: Flow): boolean {
  const decisionOf = new Map(decisions.map(decision => [decision.orderId, decision]))
  const notified = new Set(notifications.map(({ orderId }) => orderId))
  const known = new Set(orders.map(({ orderId }) => orderId))
  const settled = orders.every(({ orderId, status, reason, notification }) => {
    if (status === 'pending' || notification === 'pending') return false
    if (status === 'reserved') return notified.has(orderId)
    const decision = decisionOf.get(orderId)
    // Inventory may still hear of an abandoned order, unless it is sure that it was never requested.
    if (!decision) return reason === 'inventory-unavailable'
    return decision.outcome.status === 'failed' || decision.released
  })
  // Orders that came to inventory past the order service (messages of the lab) are notified too.
  const othersNotified = decisions.every(
    ({ orderId, outcome }) => known.has(orderId) || outcome.status === 'failed' || notified.has(orderId),
  )
  return onTheirWay === 0 && settled && othersNotified
}

/** Between two reads. */
const POLL_MS = 200

type QuiescenceOptions = {
  model: Model
  variant: Pick<Variant, 'quiescenceMs' | 'completeWhen'>
  runtime: Runtime
  inspector: BrokerInspector
  probe(): Promise<Progress>
  signal: AbortSignal
}

/**
 * The evidence when the system is quiescent; otherwise as it stands at the deadline.
 * @throws Error when it cannot be read then
 */
export async function awaitQuiescence(options: QuiescenceOptions): Promise<{ evidence: Evidence; quiescent: boolean }> {
  const { model, variant, runtime, inspector, probe, signal } = options
  const deadline = performance.now() + variant.quiescenceMs
  let before: Evidence | undefined
  for (;;) {
    // First what is awaited, then the evidence: it must hold what was awaited.
    const met = variant.completeWhen?.(await probe()) ?? true
    const late = performance.now() > deadline
    const read = () =>
      readEvidence(model, runtime, inspector).catch((error: unknown) => {
        // A broker or service that was killed and started again may not answer yet.
        if (late) throw error
        return undefined
      })
    // Until what is awaited has come it would not be used, and ten thousand rows are work for services that are catching up.
    const evidence = met || late ? await read() : undefined
    const quiescent = evidence !== undefined && met && isQuiescent(evidence)
    if (quiescent && isDeepStrictEqual(before, evidence)) return { evidence, quiescent }
    // A first quiescent read at the deadline is followed by a second.
    if (evidence && late && !(quiescent && before === undefined)) return { evidence, quiescent: false }
    before = quiescent ? evidence : undefined
    await wait(POLL_MS, undefined, { signal })
  }
}
