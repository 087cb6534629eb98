// A shelf: one sku in one kitchen, with what it began with, what was moved, and what is left by the separately kept stock.
import type { MovementRow } from '#common/contracts/evidence.ts'
import type { History } from '../run/history.ts'

export type StockPosition = {
  /** `kitchen/sku` */
  name: string
  /** What the run named as its opening stock. */
  declared: number | undefined
  /** In the sequence in which they were written. */
  movements: MovementRow[]
  /** What the stock says is left; undefined when it has no such row. */
  quantity: number | undefined
}

/** The shelves by name, of every kitchen that was named, moved or kept. */
export function stockPositions({ evidence, openingStock }: History): Map<string, StockPosition> {
  const all = new Map<string, StockPosition>()
  const shelf = (kitchenId: string, sku: string): StockPosition => {
    const name = `${kitchenId}/${sku}`
    let found = all.get(name)
    if (!found) all.set(name, (found = { name, declared: undefined, movements: [], quantity: undefined }))
    return found
  }
  for (const [kitchenId, skus] of Object.entries(openingStock))
    for (const [sku, units] of Object.entries(skus)) shelf(kitchenId, sku).declared = units
  for (const movement of evidence.movements.toSorted((one, other) => one.seq - other.seq))
    shelf(movement.kitchenId, movement.sku).movements.push(movement)
  for (const { kitchenId, sku, quantity } of evidence.stock) shelf(kitchenId, sku).quantity = quantity
  return all
}
