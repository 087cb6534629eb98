// The routes that show the state of a service, page by page: `?after=` a sequence number, `?limit=` rows.
import { Type, type Static, type TSchema } from 'typebox'
import {
  DecisionRow,
  MovementRow,
  NotificationRow,
  OrderRow,
  OrdersPage,
  Page,
  StockRow,
} from '../contracts/evidence.ts'
import { MAX_PAGE, type Pager } from '../stores/rows.ts'
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

/** `GET /orders`. `onTheirWay` counts orders that may still become a row, read after the page so that none is missed. */
export const ordersRoute = (server: Server, page: Pager<OrderRow>, onTheirWay: () => number): void =>
  route(server, '/orders', OrdersPage, (after, limit) => ({ ...page(after, limit), onTheirWay: onTheirWay() }))

type InventoryPages = Pick<StockTables, 'pageStock' | 'pageMovements' | 'pageDecisions'>

/** `GET /inventory`, its movements and its decisions. */
export function inventoryRoutes(server: Server, pages: InventoryPages): void {
  pageRoute(server, '/inventory', StockRow, pages.pageStock)
  pageRoute(server, '/inventory/movements', MovementRow, pages.pageMovements)
  pageRoute(server, '/inventory/decisions', DecisionRow, pages.pageDecisions)
}

/** `GET /notifications`. */
export const notificationsRoute = (server: Server, page: Pager<NotificationRow>): void =>
  pageRoute(server, '/notifications', NotificationRow, page)
