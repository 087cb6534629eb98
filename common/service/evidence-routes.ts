// The routes that show the state of a service, page by page: `?after=` a sequence number, `?limit=` rows.
import { Type, type Static, type TSchema } from '../contracts/type.ts'
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
import type { ServiceStore } from '../stores/group-commit.ts'
import { MAX_PAGE, type Pager } from '../stores/rows.ts'
import type { StockTables } from '../stores/stock.ts'
import type { Server } from './http-server.ts'
import { answers } from './openapi.ts'

const PageQuery = Type.Object({
  after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: 100 })),
})

type Pages<Row> = (after: number, limit: number) => Promise<Page<Row>>

function route<Row>(server: Server, path: string, answer: TSchema, page: Pages<Row>): void {
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
  page: Pages<Static<Row>>,
): void => route(server, path, Page(row), page)

/** Pages of what is on the disk, with other rows: what is told of a row is known when it is there. */
const mapped =
  <Tx, Row, Other>(
    { read }: ServiceStore<Tx>,
    pagerOf: (tx: Tx) => Pager<Row>,
    toOther: (row: Row) => Other,
  ): Pages<Other> =>
  async (after, limit) => {
    const { rows, next } = await read(tx => pagerOf(tx)(after, limit))
    return { rows: rows.map(toOther), next }
  }

/** `GET /orders`. `onTheirWay` counts orders that may still become a row, read after the page so that none is missed. */
export function ordersRoute(
  server: Server,
  store: ServiceStore<{ pageOrders: Pager<StoredOrderRow> }>,
  onTheirWay: () => number,
): void {
  const page = mapped(
    store,
    tx => tx.pageOrders,
    row => ({
      ...row,
      placedKeptNs: store.keptNs(row.placedNs),
      decidedKeptNs: row.decidedNs === null ? null : store.keptNs(row.decidedNs),
    }),
  )
  route(server, '/orders', OrdersPage, async (after, limit) => ({
    ...(await page(after, limit)),
    onTheirWay: onTheirWay(),
  }))
}

type InventoryPages = Pick<StockTables, 'pageStock' | 'pageMovements' | 'pageDecisions'>

/** `GET /inventory`, its movements and its decisions. */
export function inventoryRoutes(server: Server, store: ServiceStore<InventoryPages>): void {
  pageRoute(server, '/inventory', StockRow, (after, limit) => store.read(tx => tx.pageStock(after, limit)))
  pageRoute(server, '/inventory/movements', MovementRow, (after, limit) =>
    store.read(tx => tx.pageMovements(after, limit)),
  )
  const decisions = mapped(
    store,
    tx => tx.pageDecisions,
    row => ({ ...row, keptNs: store.keptNs(row.decidedNs) }),
  )
  pageRoute(server, '/inventory/decisions', DecisionRow, decisions)
}

type NotificationPages = { pageNotifications: Pager<StoredNotificationRow> }

/** `GET /notifications`. */
export function notificationsRoute(server: Server, store: ServiceStore<NotificationPages>): void {
  const notifications = mapped(
    store,
    tx => tx.pageNotifications,
    row => ({ ...row, keptNs: store.keptNs(row.sentNs) }),
  )
  pageRoute(server, '/notifications', NotificationRow, notifications)
}
