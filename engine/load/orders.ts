/**
 * The orders of a load, each with the outcome that it must have.
 *
 * Guarantees: the same seed and options give the same kitchens, items and sequence; another `runId` gives every order
 * another user, key and id, so that no run meets what an earlier one left; the numbers of each kind are those of the mix.
 * Does not guarantee which of the scarce orders are served: that is the services' to decide.
 */
import { fingerprint, MAX_NOTE_CHARS, MENU } from '#common/contracts/order.ts'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import {
  type MixOptions,
  type OrderMix,
  orderMix,
  kitchenNames,
  RARE_SKU,
  RARE_STOCK,
  SCARCE_KITCHEN,
  SCARCE_SKU,
  UNKNOWN_SKU,
} from './mix.ts'
import { type Random, seededRandom } from './random.ts'
import { requestOf } from './request.ts'

export type OrderLine = { sku: string; quantity: number }

/** What must become of an order: `scarce` is reserved or failed, and of all of them as many reserved as there is stock. */
export type Expected = 'reserved' | 'failed' | 'scarce'

export type PlannedOrder = {
  index: number
  orderId: string
  userId: string
  kitchenId: string
  idempotencyKey: string
  items: OrderLine[]
  /** It has a note of so many characters, which is made when it is sent: a load of large ones is never held as a whole. */
  noteChars?: number
  /** Of an order with a note, the fingerprint that each store that holds it must have of it. */
  fingerprint?: string
  expected: Expected
  /** The `index` of the order that its client placed first, where that one failed for good and the client placed this one after it. */
  insteadOf?: number
}

/** `noteChars`: of each order. */
export type PlanOrdersOptions = MixOptions & { seed: number; runId: string; noteChars?: number }

type Content = Pick<PlannedOrder, 'kitchenId' | 'items' | 'expected'>

/** @throws RangeError when the seed, the run's id or the mix makes no sense */
export function planOrders(options: PlanOrdersOptions): PlannedOrder[] {
  if (options.runId === '') throw new RangeError('A load needs a runId that no earlier run had, not an empty one.')
  const { runId, noteChars } = options
  if (noteChars !== undefined && !(Number.isInteger(noteChars) && noteChars >= 1 && noteChars <= MAX_NOTE_CHARS))
    throw new RangeError(`A note has from 1 to ${MAX_NOTE_CHARS} characters, not ${noteChars}.`)
  const random = seededRandom(options.seed)
  return random
    .shuffle(contents(orderMix(options), random))
    .map((content, index) => withNote({ ...identity(runId, index), ...content }, noteChars))
}

function withNote(order: PlannedOrder, noteChars: number | undefined): PlannedOrder {
  if (noteChars === undefined) return order
  return { ...order, noteChars, fingerprint: fingerprint(requestOf({ ...order, noteChars })) }
}

function contents(mix: OrderMix, random: Random): Content[] {
  const kitchens = kitchenNames(mix.kitchens)
  const times = (count: number, make: () => Content): Content[] => Array.from({ length: count }, make)
  return [
    ...times(mix.plenty, () => plentiful(random, kitchens)),
    ...times(mix.scarce, scarce),
    ...times(mix.unknownSku, () => failing(random, kitchens, { sku: UNKNOWN_SKU, quantity: 1 })),
    ...times(mix.tooMany, () => failing(random, kitchens, { sku: RARE_SKU, quantity: RARE_STOCK + 1 })),
  ]
}

function plentiful(random: Random, kitchens: string[]): Content {
  const skus = random.shuffle(MENU).slice(0, random.between(1, MENU.length))
  const items = skus.map(sku => ({ sku, quantity: random.between(1, 3) }))
  return { kitchenId: random.pick(kitchens), items, expected: 'reserved' }
}

function scarce(): Content {
  return { kitchenId: SCARCE_KITCHEN, items: [{ sku: SCARCE_SKU, quantity: 1 }], expected: 'scarce' }
}

/** A line that could be served stands beside the one that cannot: a reservation that is not all or nothing leaks it. */
function failing(random: Random, kitchens: string[], impossible: OrderLine): Content {
  const served: OrderLine = { sku: random.pick(MENU), quantity: random.between(1, 3) }
  return { kitchenId: random.pick(kitchens), items: random.shuffle([served, impossible]), expected: 'failed' }
}

function identity(runId: string, index: number): Pick<PlannedOrder, 'index' | 'orderId' | 'userId' | 'idempotencyKey'> {
  const userId = `user-${runId}-${index % 1000}`
  const idempotencyKey = `${runId}-${index}`
  return { index, orderId: deriveOrderId(userId, idempotencyKey), userId, idempotencyKey }
}
