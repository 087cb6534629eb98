/**
 * The checks of stock. A position is one sku in one kitchen: what it began with, what was moved, and what is left by the
 * separately kept stock. The movements are judged by that stock, and the other way round.
 */
import type { MovementRow } from '#common/contracts/evidence.ts'
import type { History } from '../run/history.ts'
import { defineCheck, evaluateAll, vacuous } from './check.ts'
import { held, inSequence, holdsStock, standing, type OrderHistory, orderHistories, wanted } from './order-history.ts'

export type StockPosition = {
  /** `kitchen/sku` */
  name: string
  /** What the run named as its opening stock. */
  declared: number | undefined
  /** In the sequence in which they were written. */
  movements: MovementRow[]
  /** What the stock says is left; undefined when it has no such row. */
  quantity: number | undefined
  /** The least that any of its rows says. */
  least: number
  /** How many rows say so. */
  rows: number
}

/** By name, of every kitchen that was named, moved or kept. */
function stockPositions({ evidence, openingStock }: History): Map<string, StockPosition> {
  const all = new Map<string, StockPosition>()
  const position = (kitchenId: string, sku: string): StockPosition => {
    const name = `${kitchenId}/${sku}`
    let found = all.get(name)
    if (!found)
      all.set(
        name,
        (found = { name, declared: undefined, movements: [], quantity: undefined, least: Infinity, rows: 0 }),
      )
    return found
  }
  for (const [kitchenId, skus] of Object.entries(openingStock))
    for (const [sku, units] of Object.entries(skus)) position(kitchenId, sku).declared = units
  for (const movement of inSequence(evidence.movements))
    position(movement.kitchenId, movement.sku).movements.push(movement)
  for (const { kitchenId, sku, quantity } of evidence.stock) {
    const kept = position(kitchenId, sku)
    kept.quantity = quantity
    kept.least = Math.min(kept.least, quantity)
    kept.rows++
  }
  return all
}

/** Of each sku in each kitchen; and what an order holds agrees with its decision. */
export const conservation = defineCheck(
  'conservation',
  'stock at the start = stock left + stock moved, and each order holds what was decided',
  history => {
    const opened = [...stockPositions(history).values()].filter(
      ({ movements, quantity }) => movements.length > 0 || quantity !== undefined,
    )
    const orders = [...orderHistories(history).values()].filter(
      ({ decisions, movements }) => decisions.length + movements.length > 0,
    )
    const offenders = [
      ...opened.flatMap(position => whyLeaking(position).map(why => `${position.name} ${why}`)),
      ...orders.flatMap(order =>
        [...whyDisagreeing(order), ...whyMovedOther(order)].map(why => `${order.orderId} ${why}`),
      ),
    ]
    const examined = orders.some(({ movements }) => movements.length > 0) ? opened.length : 0
    return evaluateAll({ examined, what: 'kitchens and skus with stock that moved', offenders })
  },
)

function whyLeaking({ movements, quantity, declared, rows }: StockPosition): string[] {
  const openings = movements.filter(({ kind }) => kind === 'opening')
  const total = movements.reduce((units, { delta }) => units + delta, 0)
  const opening = openings.reduce((units, { delta }) => units + delta, 0)
  return [
    ...(openings.length !== 1 ? [`was opened ${openings.length} times`] : []),
    ...(declared !== undefined && opening !== declared
      ? [`had to begin with ${declared} and began with ${opening}`]
      : []),
    ...(movements.some(({ kind, orderId }) => kind !== 'opening' && orderId === null)
      ? ['was moved for no order']
      : []),
    ...(rows > 1 ? [`is kept ${rows} times`] : []),
    ...(quantity !== total ? [`has ${quantity ?? 'no stock'} left where its movements leave ${total}`] : []),
  ]
}

/** What inventory took of each sku for a planned order that it reserved, and what it gave back of one that it released: all of it, once. */
function whyMovedOther({ planned, decisions, movements }: OrderHistory): string[] {
  const [decision] = decisions
  if (!planned || decision?.outcome.status !== 'reserved') return []
  const units = wanted(planned)
  const due = { reserve: units, release: decision.released ? units : new Map<string, number>() }
  return (['reserve', 'release'] as const).flatMap(kind => {
    const moved = new Map<string, number>()
    for (const { kind: each, sku, delta } of movements)
      if (each === kind) moved.set(sku, (moved.get(sku) ?? 0) + Math.abs(delta))
    return [...new Set([...moved.keys(), ...due[kind].keys()])].flatMap(sku => {
      const [found, right] = [moved.get(sku) ?? 0, due[kind].get(sku) ?? 0]
      return found === right ? [] : [`had to ${kind} ${right} ${sku}, and did ${found}`]
    })
  })
}

function whyDisagreeing(order: OrderHistory): string[] {
  const { planned, movements } = order
  const decided = standing(order)
  if (decided !== 'reserved') {
    const holds = holdsStock(order) ? [`holds stock and is ${decided ?? 'undecided'}`] : []
    return decided === undefined && movements.length > 0 && holds.length === 0
      ? ['moved stock and is undecided']
      : holds
  }
  const units = held(order)
  if (!planned) return holdsStock(order) ? [] : ['is reserved and holds nothing']
  const elsewhere = movements.find(({ kitchenId }) => kitchenId !== planned.kitchenId)
  if (elsewhere) return [`moved stock in ${elsewhere.kitchenId}`]
  return [...new Set([...units.keys(), ...wanted(planned).keys()])]
    .map(sku => ({ sku, holds: units.get(sku) ?? 0, requested: wanted(planned).get(sku) ?? 0 }))
    .filter(({ holds, requested }) => holds !== requested)
    .map(({ sku, holds, requested }) => `is reserved, requested ${requested} ${sku} and holds ${holds}`)
}

/** Vacuous unless decided orders wanted more of something than its kitchen had. */
export const oversold = defineCheck(
  'oversold',
  'no kitchen reserves more than its stock, though more is requested',
  history => {
    const all = stockPositions(history)
    const offenders = [...all.values()].flatMap(position => whyOversold(position).map(why => `${position.name} ${why}`))
    const scarce = scarcePositions(history, all)
    if (offenders.length === 0 && scarce === 0) return vacuous('0 of 0: no kitchen had more demand than stock.')
    return evaluateAll({ examined: scarce, what: 'kitchens and skus with more demand than stock', offenders })
  },
)

function whyOversold({ movements, least, declared }: StockPosition): string[] {
  const opening = declared ?? sum(movements.filter(({ kind }) => kind === 'opening'))
  const reserved = -sum(movements.filter(({ kind }) => kind !== 'opening'))
  let onHand = opening
  let lowest = opening
  for (const { kind, delta } of movements) {
    if (kind === 'opening') continue
    onHand += delta
    lowest = Math.min(lowest, onHand)
  }
  return [
    ...(least < 0 ? [`has ${least} left`] : []),
    ...(reserved > opening ? [`began with ${opening} and reserved ${reserved}`] : []),
    ...(reserved <= opening && lowest < 0 ? [`was ${-lowest} below zero for a while`] : []),
  ]
}

const sum = (movements: readonly MovementRow[]): number => movements.reduce((units, { delta }) => units + delta, 0)

/** Positions of named kitchens of which decided orders wanted more than they had at the beginning. */
function scarcePositions(history: History, all: Map<string, StockPosition>): number {
  const requested = new Map<string, number>()
  for (const { planned, decisions } of orderHistories(history).values()) {
    if (!planned || decisions.length === 0) continue
    for (const [sku, units] of wanted(planned)) {
      const name = `${planned.kitchenId}/${sku}`
      requested.set(name, (requested.get(name) ?? 0) + units)
    }
  }
  return [...requested].filter(([name, units]) => units > (all.get(name)?.declared ?? Infinity)).length
}
