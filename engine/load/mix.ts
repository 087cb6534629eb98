/**
 * How many orders of each kind a load has, and the kitchens and stock that go with them: exact numbers, worked out before the
 * first random one is drawn.
 *
 * Guarantees: the numbers add up to `count`, and the scarce kitchen holds less than is requested of it.
 * Does not guarantee that a small load has every kind: 1 % of 20 orders is none, and a check over them is then vacuous.
 */
import { MENU } from '#common/contracts/order.ts'

export type MixOptions = {
  count: number
  /** Kitchens with plenty of everything; 64 by default. */
  kitchens?: number
  /** Share of all orders sent to the kitchen that sells out, 0 to 1; 0.05 by default. */
  scarceShare?: number
  /** Single units in the scarce kitchen; half of the orders sent to it by default. */
  scarceStock?: number
  /** Share of orders with a sku that no kitchen has; 0.02 by default. */
  unknownSkuShare?: number
  /** Share of orders for more than the kitchen ever had; 0.01 by default. */
  tooManyShare?: number
}

/** Orders by kind, with the kitchens and the scarce stock that go with them. */
export type OrderMix = {
  kitchens: number
  plenty: number
  scarce: number
  scarceStock: number
  unknownSku: number
  tooMany: number
}

/** @throws RangeError when a share, a count or the scarce stock makes no sense */
export function orderMix(options: MixOptions): OrderMix {
  const { count, kitchens = 64, scarceShare = 0.05, unknownSkuShare = 0.02, tooManyShare = 0.01 } = options
  wholeAtLeast('count', count, 0)
  wholeAtLeast('kitchens', kitchens, 1)
  const scarce = portion('scarceShare', scarceShare, count)
  const unknownSku = portion('unknownSkuShare', unknownSkuShare, count)
  const tooMany = portion('tooManyShare', tooManyShare, count)
  const plenty = count - scarce - unknownSku - tooMany
  if (plenty < 0) throw new RangeError('The shares of scarce and failing orders together must not exceed 1.')
  const scarceStock = options.scarceStock ?? Math.floor(scarce / 2)
  wholeAtLeast('scarceStock', scarceStock, 0)
  if (scarce > 0 && scarceStock >= scarce) {
    throw new RangeError(`scarceStock must be below the ${scarce} orders that ask for it, not ${scarceStock}.`)
  }
  return { kitchens, plenty, scarce, scarceStock, unknownSku, tooMany }
}

function portion(name: string, share: number, count: number): number {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`${name} must be from 0 to 1, not ${share}.`)
  return Math.round(share * count)
}

function wholeAtLeast(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${name} must be a whole number from ${least}, not ${value}.`)
  }
}

export const SCARCE_KITCHEN = 'scarce'
/** What the scarce kitchen cooks: one sku, so that the kitchen's stock is one number. */
export const SCARCE_SKU = 'burger'
/** In no kitchen's stock. */
export const UNKNOWN_SKU = 'unicorn'
/** Every kitchen begins with one, and every order of it is for more. */
export const RARE_SKU = 'truffle'
export const RARE_STOCK = 1

const PLENTY = 1_000_000

export type InitialStock = Record<string, Record<string, number>>

/** `kitchen-00`, `kitchen-01` and so on. */
export function kitchenNames(kitchens: number): string[] {
  return Array.from({ length: kitchens }, (_, number) => `kitchen-${String(number).padStart(2, '0')}`)
}

/**
 * The value of INITIAL_STOCK, before JSON: quantities by kitchen and sku. Services that start with it and serve this mix alone
 * cannot run out for an order expected `reserved`, cannot reserve one expected `failed`, and reserve exactly `scarceStock` of
 * the scarce orders.
 */
export function initialStock(mix: OrderMix): InitialStock {
  const kitchenStock = { ...Object.fromEntries(MENU.map(sku => [sku, PLENTY])), [RARE_SKU]: RARE_STOCK }
  const stock: InitialStock = {}
  for (const kitchen of kitchenNames(mix.kitchens)) stock[kitchen] = { ...kitchenStock }
  if (mix.scarce > 0) stock[SCARCE_KITCHEN] = { [SCARCE_SKU]: mix.scarceStock }
  return stock
}
