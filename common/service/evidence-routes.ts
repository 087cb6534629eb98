// The routes through which a service shows what it holds, page by page: `?after=` a sequence number, `?limit=` rows.
import type { OrderRow } from '../contracts/evidence.ts'
import { LabError } from '../contracts/errors.ts'
import { MAX_PAGE, type Pager } from '../stores/page.ts'
import type { Server } from './http-server.ts'

export function pageRoute(server: Server, path: string, page: Pager<unknown>): void {
  server.get<{ Querystring: Record<string, string | undefined> }>(path, request => {
    const after = wholeNumber('after', request.query.after ?? '0', Number.MAX_SAFE_INTEGER)
    const limit = wholeNumber('limit', request.query.limit ?? '100', MAX_PAGE)
    return page(after, Math.max(limit, 1))
  })
}

/** `GET /orders`. `onTheirWay` counts what may still come to be a row; what is a row already must not be missing there. */
export function ordersRoute(server: Server, page: Pager<OrderRow>, onTheirWay: () => number): void {
  pageRoute(server, '/orders', (after, limit) => ({ ...page(after, limit), onTheirWay: onTheirWay() }))
}

function wholeNumber(name: string, value: string, max: number): number {
  const number = Number(value)
  if (/^\d+$/.test(value) && number <= max) return number
  throw new LabError('malformed', `${name} must be a whole number from 0 to ${max}`)
}
