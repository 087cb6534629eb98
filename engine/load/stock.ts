/**
 * The kitchens that a load orders from, and the stock with which each of them must begin.
 *
 * Guarantees, once services start with `initialStock` of a mix: an order expected `reserved` cannot run out, an order
 * expected `failed` cannot be reserved, and of the `scarce` orders exactly `scarceStock` are reserved.
 * Does not guarantee any of it when two loads share one stock.
 */
import { MENU } from '#common/contracts/order.ts'
import type { OrderMix } from './mix.ts'

export const SCARCE_KITCHEN = 'scarce'
/** What the scarce kitchen cooks: one sku, so that the kitchen's stock is one number. */
export const SCARCE_SKU = 'burger'
/** On no kitchen's shelf. */
export const UNKNOWN_SKU = 'unicorn'
/** Every kitchen began with one, and who orders it asks for more. */
export const RARE_SKU = 'truffle'
export const RARE_STOCK = 1

const PLENTY = 1_000_000

export type InitialStock = Record<string, Record<string, number>>

/** `kitchen-00`, `kitchen-01` and so on. */
export function kitchenNames(kitchens: number): string[] {
  return Array.from({ length: kitchens }, (_, number) => `kitchen-${String(number).padStart(2, '0')}`)
}

/** The value of INITIAL_STOCK, before JSON, with which services serve this mix: quantities by kitchen and sku. */
export function initialStock(mix: OrderMix): InitialStock {
  const shelf = { ...Object.fromEntries(MENU.map(sku => [sku, PLENTY])), [RARE_SKU]: RARE_STOCK }
  const stock: InitialStock = {}
  for (const kitchen of kitchenNames(mix.kitchens)) stock[kitchen] = { ...shelf }
  if (mix.scarce > 0) stock[SCARCE_KITCHEN] = { [SCARCE_SKU]: mix.scarceStock }
  return stock
}
