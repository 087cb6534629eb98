/**
 * A reader that joins later: it begins at the first order, and reads what became of each.
 *
 * Guarantees: its time counts from when it begins to connect until it has the last outcome that was new to it; an order that comes
 * twice counts once. It reads twice, and the second time counts: by then all code is compiled. A reading ends when it has as many orders
 * as were expected, when there is nothing to come, or when nothing new has come for ten seconds. What was read is told by a digest, so
 * that a check can hold it against what the services hold.
 */
import { createHash } from 'node:crypto'
import { Type } from '#common/contracts/type.ts'
import { closedObject, parse } from '#common/contracts/parse.ts'
import type { Outcome } from '#common/contracts/order.ts'
import type { Operation } from './model.ts'

const GIVE_UP_MS = 10_000

type Status = Outcome['status']
export type Take = (orderId: string, status: Status) => void

/** `tookMs`: until the last new outcome; null where there was none. */
export type OrdersRead = { orders: number; tookMs: number | null; digest: string }

export type NewReaderOperations = { 'read-orders': Operation<OrdersRead> }

const Expected = closedObject({ expected: Type.Integer({ minimum: 0 }) })

/** Connects, and hands over each outcome from the first on, until `signal` ends it or there is nothing to come. */
export type ReadOrders = (take: Take, signal: AbortSignal) => Promise<void>

/** The operation of a model by which a new reader reads all orders. */
export const readOrdersBy = (read: ReadOrders): NewReaderOperations => ({
  async 'read-orders'(args) {
    const { expected } = parse(Expected, args, 'read-orders')
    await readOnce(read, expected)
    return readOnce(read, expected)
  },
})

async function readOnce(read: ReadOrders, expected: number): Promise<OrdersRead> {
  const outcomes = new Map<string, Status>()
  const ended = new AbortController()
  const idle = setTimeout(() => ended.abort(), GIVE_UP_MS)
  const beganMs = performance.now()
  let lastMs: number | undefined
  const take: Take = (orderId, status) => {
    if (outcomes.has(orderId)) return
    outcomes.set(orderId, status)
    lastMs = performance.now()
    idle.refresh()
    if (outcomes.size >= expected) ended.abort()
  }
  try {
    await read(take, ended.signal)
  } finally {
    clearTimeout(idle)
  }
  const tookMs = lastMs === undefined ? null : lastMs - beganMs
  return { orders: outcomes.size, tookMs, digest: digestOf(outcomes) }
}

/** The same for the same outcomes of the same orders, whatever their sequence. */
export function digestOf(outcomes: Iterable<readonly [orderId: string, status: string]>): string {
  const lines = [...outcomes].map(([orderId, status]) => `${orderId} ${status}\n`)
  return createHash('sha256').update(lines.sort().join('')).digest('hex')
}
