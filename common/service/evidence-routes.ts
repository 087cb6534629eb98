// The routes that show the state of a service, page by page: `?after=` a sequence number, `?limit=` rows.
import { Type, type Static, type TSchema } from 'typebox'
import {
  DecisionRow,
  MovementRow,
  NotificationRow,
  OrdersPage,
  Page,
  StockRow,
  type StoredNotificationRow,
  type StoredOrderRow,
} from '../contracts/evidence.ts'
import type { KeptNs } from '../stores/kept-times.ts'
import { MAX_PAGE, mapped, type Pager } from '../stores/rows.ts'
import type { StockTables } from '../stores/stock.ts'
import type { Server } from './http-server.ts'
import { answers } from './openapi.ts'

const PageQuery = Type.Object({
  after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: 100 })),
})

function route<Row>(server: Server, path: string, answer: TSchema, page: Pager<Row>): void {
  const schema = { querystring: PageQuery, response: answers({ 200: { description: 'a page', schema: answer } }) }
  server.get<{ Querystring: Static<typeof PageQuery> }>(path, { schema }, ({ query: { after = 0, limit = 100 } }) =>
    page(after, limit),
  )
}

/** A page of rows of this shape at `path`. */
export const pageRoute = <Row extends TSchema>(
  server: Server,
  path: string,
  row: Row,
  page: Pager<Static<Row>>,
): void => route(server, path, Page(row), page)

type Kept = { keptNs: KeptNs }

/** `GET /orders`. `onTheirWay` counts orders that may still become a row, read after the page so that none is missed. */
export function ordersRoute(
  server: Server,
  { read, keptNs }: Kept & { read: { pageOrders: Pager<StoredOrderRow> } },
  onTheirWay: () => number,
): void {
  const page = mapped(read.pageOrders, row => ({
    ...row,
    placedKeptNs: keptNs(row.placedNs),
    decidedKeptNs: row.decidedNs === null ? null : keptNs(row.decidedNs),
  }))
  route(server, '/orders', OrdersPage, (after, limit) => ({ ...page(after, limit), onTheirWay: onTheirWay() }))
}

type InventoryPages = Pick<StockTables, 'pageStock' | 'pageMovements' | 'pageDecisions'>

/** `GET /inventory`, its movements and its decisions. */
export function inventoryRoutes(server: Server, { read, keptNs }: Kept & { read: InventoryPages }): void {
  pageRoute(server, '/inventory', StockRow, read.pageStock)
  pageRoute(server, '/inventory/movements', MovementRow, read.pageMovements)
  const decisions = mapped(read.pageDecisions, row => ({ ...row, keptNs: keptNs(row.decidedNs) }))
  pageRoute(server, '/inventory/decisions', DecisionRow, decisions)
}

type NotificationPages = { pageNotifications: Pager<StoredNotificationRow> }

/** `GET /notifications`. */
export function notificationsRoute(server: Server, { read, keptNs }: Kept & { read: NotificationPages }): void {
  const notifications = mapped(read.pageNotifications, row => ({ ...row, keptNs: keptNs(row.sentNs) }))
  pageRoute(server, '/notifications', NotificationRow, notifications)
}
