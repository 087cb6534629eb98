/**
 * Sample histories: valid ones, to be broken in one way by a test.
 *
 * Guarantees: a seed gives the same history; it is one that a service without a fault could have left, with orders that
 * fail, sell out, are released, time out, are refused, sent twice, and, past the client's door, duplicates and poison.
 * Written apart from the workflow, so that checks are not judged by the code that they judge.
 */
import type { OrderRow } from '#common/contracts/evidence.ts'
import type { FailureReason } from '#common/contracts/order.ts'
import type { Answer, Attempt, Poll } from '../load/attempt.ts'
import { initialStock, orderMix } from '../load/mix.ts'
import { type PlannedOrder, planOrders } from '../load/orders.ts'
import { type Random, seededRandom } from '../load/random.ts'
import { emptyHistory, type History } from '../run/history.ts'

/** Why orders that were planned as reserved may be failed in a sample history. */
export const SAMPLE_REASONS = ['deadline-passed', 'inventory-unavailable']
/** How requests may be answered in it. */
export const SAMPLE_ANSWERS = {
  duringFault: [
    {
      actions: ['kill'],
      target: 'inventory_service',
      answers: [...SAMPLE_REASONS, 'inventory-broke', 'deadline', 'refused', 'reset'],
    },
  ],
}

const COUNT = 120
/** As many orders as the lab polls at most. */
const MOST_POLLED = 500
const MIX = { kitchens: 4, scarceShare: 0.2, unknownSkuShare: 0.05, tooManyShare: 0.05 }

export type SampleOptions = {
  /** What may become of orders; by default each kind of it. */
  fates?: readonly Fate[]
  /** Orders that are polled, at most. */
  polled?: number
  /** Messages of poison that nobody took for an order. */
  poisons?: number
}

export function sampleHistory(
  seed: number,
  count = COUNT,
  { fates: allowed = EACH_FATE, polled = MOST_POLLED, poisons }: SampleOptions = {},
): History {
  const random = seededRandom(seed)
  const mix = { ...MIX, count }
  // Half of the histories are of orders with notes.
  const notes = seed % 2 === 0 ? {} : { noteChars: 20 }
  const planned = planOrders({ ...mix, seed, runId: `sample-${seed}`, ...notes })
  const history = { ...emptyHistory(initialStock(orderMix(mix))), planned }
  const services = ledger(history)
  // Every fate comes, and after that random ones.
  const fates: Fate[] = [...allowed]
  for (const order of planned) {
    const answer: Answering = (answer, attempt = 1) => history.attempts.push(attemptOf(order, answer, attempt))
    services.advanceTo(startOf(order))
    FATES[fateOf(order, { next: fates, allowed }, random)](services, order, answer)
  }
  history.plannedStarts = history.attempts.length
  history.originUnixMs = Date.UTC(2026, 0, 1)
  const rows = new Map(history.evidence.orders.map(row => [row.orderId, row]))
  history.polls = planned.slice(0, polled).flatMap(order => pollsOf(order, rows.get(order.orderId)))
  sendRaw(history, services, poisons ?? random.between(2, 6))
  history.faults = { inventory_service: { delay: { setting: { delayMs: 5 }, injections: random.between(1, 9) } } }
  history.executedSteps = [{ atNs: -2, doneNs: -1, action: 'kill', target: 'inventory_service' }]
  return history
}

/** Scarce orders are always answered: a released unit would leave open how many are reserved. */
function fateOf(
  { expected }: PlannedOrder,
  { next, allowed }: { next: Fate[]; allowed: readonly Fate[] },
  random: Random,
): Fate {
  if (expected === 'scarce') return 'answered'
  if (expected === 'failed') return random.pick(OF_FAILED.filter(fate => allowed.includes(fate)))
  return next.shift() ?? random.pick(allowed)
}

const OF_FAILED: readonly Fate[] = ['answered', 'accepted', 'repeated', 'late', 'tombstone']

const DEADLINE: Answer = { kind: 'deadline', atNs: 1, detail: 'no answer in time' }
const answered = (status: number, code?: string): Answer => ({ kind: 'status', status, code, text: '' })

/** A success names the order, and says what it is. */
const accepted = (status: 200 | 201 | 202, { orderId }: PlannedOrder): Answer => ({
  kind: 'status',
  status,
  orderId,
  says: status === 202 ? 'pending' : 'reserved',
  text: '',
})

type Answering = (answer: Answer, attempt?: number) => void

/** Decides the order, and gives the answer to the client. */
function decided(services: Ledger, order: PlannedOrder): Answer {
  const reason = services.decide(order)
  return reason ? answered(409, reason) : accepted(201, order)
}

const FATES = {
  answered: (services, order, answer) => answer(decided(services, order)),
  accepted(services, order, answer) {
    services.decide(order)
    answer(accepted(202, order))
  },
  repeated(services, order, answer) {
    answer(DEADLINE)
    answer(decided(services, order), 2)
  },
  again(services, order, answer) {
    services.decide(order)
    answer(accepted(202, order))
    answer(accepted(200, order), 2)
  },
  late(services, order, answer) {
    services.decide(order)
    answer(DEADLINE)
  },
  tombstone(services, order, answer) {
    services.abandon(order, { reserved: false })
    answer(answered(504, 'deadline-passed'))
  },
  released(services, order, answer) {
    services.abandon(order, { reserved: true })
    answer(answered(502, 'inventory-broke'))
  },
  refused: (_book, _order, answer) => answer({ kind: 'refused', atNs: 1, detail: 'ECONNREFUSED' }),
  shed(services, order, answer) {
    services.fail(order, 'inventory-unavailable')
    answer(answered(503, 'inventory-unavailable'))
  },
  vanished: (_book, _order, answer) => answer({ kind: 'reset', atNs: 1, detail: 'ECONNRESET' }),
} as const satisfies Record<string, (services: Ledger, order: PlannedOrder, answer: Answering) => void>

type Fate = keyof typeof FATES
const EACH_FATE = Object.keys(FATES) as Fate[]

/** Each order has a millisecond of its own, and each of its attempts a half of it; the ledger needs a tenth. */
const startOf = ({ index }: PlannedOrder, attempt = 1): number => index * 1e6 + (attempt - 1) * 5e5

function attemptOf(order: PlannedOrder, given: Answer, attempt: number): Attempt {
  const { index, orderId } = order
  const startedNs = startOf(order, attempt)
  const endedNs = startedNs + 4e5
  const answer = given.kind === 'status' ? given : { ...given, atNs: endedNs }
  const answeredNs = given.kind === 'status' ? endedNs : undefined
  return { index, orderId, attempt, plannedNs: startedNs, startedNs, answeredNs, answer }
}

/** A client asks twice: while the order is pending, and after its last request was answered. */
function pollsOf(order: PlannedOrder, row: OrderRow | undefined): Poll[] {
  const { index, orderId } = order
  const at = (afterNs: number) => ({
    index,
    orderId,
    startedNs: startOf(order) + afterNs,
    answeredNs: startOf(order) + afterNs + 1_000,
  })
  if (!row) return [{ ...at(9.5e5), status: 404, isLast: true }]
  const { status: says, reason } = row
  const last = { ...at(9.5e5), status: 200, says, ...(reason !== null && { reason }), isLast: true as const }
  return [{ ...at(2e5), status: 200, says: 'pending' }, last]
}

/** A message that is decided, a duplicate, an order-conflict of a good order, and poison with and without an order. */
function sendRaw({ raw, evidence, planned }: History, services: Ledger, poisons: number): void {
  const good = planned.find(({ orderId }) => evidence.notifications.some(row => row.orderId === orderId))
  const orderId = good?.orderId
  const fresh = { ...planned[0], orderId: `raw-${planned[0]?.orderId}`, expected: 'reserved' } as PlannedOrder
  const items = [{ sku: 'burger', quantity: 1 }]
  services.decide({ ...fresh, kitchenId: 'kitchen-00', items })
  raw.push(
    { id: 'raw-decided', orderId: fresh.orderId, expect: 'decided', class: 'new order' },
    { id: 'raw-duplicate', orderId, expect: 'duplicate', class: 'same message' },
    { id: 'raw-conflict', orderId, expect: 'dead-letter', class: 'other content' },
  )
  const letter = { source: 'orders', detail: '', attempts: 1 }
  evidence.deadLetters.push({ ...letter, id: '1', orderId, reason: 'order-conflict', body: 'raw-conflict' })
  for (let poison = 0; poison < poisons; poison++) {
    const named = poison % 2 === 0 ? `poison-${poison}` : undefined
    const body = '{'.repeat((poison % 100) + 1)
    raw.push({ id: `raw-poison-${poison}`, orderId: named, expect: 'dead-letter', class: 'not JSON', body })
    evidence.deadLetters.push({ ...letter, id: `dl-${poison}`, orderId: named, reason: 'malformed', body })
  }
}

/** The services' side: rows as services leave them when they make no mistake. */
type Ledger = {
  /** Advances time to this moment, in nanoseconds. */
  advanceTo(toNs: number): void
  /** Places and decides the order, and confirms it; returns why it failed. */
  decide(order: PlannedOrder): FailureReason | undefined
  /** Fails the order in the orders table after its deadline, and releases it: after it was reserved, or before. */
  abandon(order: PlannedOrder, options: { reserved: boolean }): void
  /** Fails the order in the orders table alone: inventory was not requested. */
  fail(order: PlannedOrder, reason: string): void
}

function ledger(history: History): Ledger {
  const { orders, decisions, notifications } = history.evidence
  let atNs = 0
  const stamp = () => (atNs += 1_000)
  // What a process that was killed had noted is unknown.
  const kept = (timestampNs: number, seq: number) => (seq % 5 === 0 ? null : timestampNs + 500)
  const { open, move, reasonToFail } = stockOf(history, stamp)
  function recordOrder(order: PlannedOrder, reason: string | null): void {
    const { orderId, userId, kitchenId } = order
    const status = reason === null ? ('reserved' as const) : ('failed' as const)
    const notification = reason === null ? ('sent' as const) : null
    const seq = orders.length + 1
    const [placedNs, decidedNs] = [stamp(), stamp()]
    const times = { placedNs, placedKeptNs: kept(placedNs, seq), decidedNs, decidedKeptNs: kept(decidedNs, seq) }
    const row = { seq, orderId, userId, kitchenId, status, reason, notification, correlationId: orderId }
    orders.push({ ...row, ...fingerprintOf(order), ...times })
  }

  function recordDecision(order: PlannedOrder, reason: FailureReason | undefined, released: boolean): void {
    const { orderId } = order
    const outcome = reason ? ({ status: 'failed', reason } as const) : ({ status: 'reserved' } as const)
    const [seq, decidedNs] = [decisions.length + 1, stamp()]
    // A tombstone knows nothing of the order.
    const content = reason === 'released' ? {} : fingerprintOf(order)
    decisions.push({ seq, orderId, outcome, released, ...content, decidedNs, keptNs: kept(decidedNs, seq) })
  }

  function recordNotification({ orderId, userId }: PlannedOrder): void {
    const [seq, sentNs] = [notifications.length + 1, stamp()]
    notifications.push({ seq, orderId, userId, sentNs, keptNs: kept(sentNs, seq) })
  }

  return {
    advanceTo: toNs => void (atNs = Math.max(atNs, toNs)),
    decide(order) {
      open(order.kitchenId)
      const reason = reasonToFail(order)
      if (!reason) move(order, 'reserve')
      recordDecision(order, reason, false)
      recordOrder(order, reason ?? null)
      if (!reason) recordNotification(order)
      return reason
    },
    abandon(order, { reserved }) {
      open(order.kitchenId)
      if (reserved) move(order, 'reserve')
      recordDecision(order, reserved ? undefined : 'released', true)
      if (reserved) move(order, 'release')
      recordOrder(order, 'deadline-passed')
    },
    fail: recordOrder,
  }
}

const fingerprintOf = ({ fingerprint }: PlannedOrder): { fingerprint?: string } =>
  fingerprint === undefined ? {} : { fingerprint }

/** Kitchens, and the stock in them. */
function stockOf({ evidence, openingStock }: History, stamp: () => number) {
  const { movements, stock } = evidence
  const positionOf = (kitchenId: string, sku: string) =>
    stock.find(row => row.kitchenId === kitchenId && row.sku === sku)

  function open(kitchenId: string): void {
    if (stock.some(row => row.kitchenId === kitchenId)) return
    for (const [sku, quantity] of Object.entries(openingStock[kitchenId] ?? {})) {
      stock.push({ seq: stock.length + 1, kitchenId, sku, quantity })
      const row = { kind: 'opening', orderId: null, kitchenId, sku, delta: quantity } as const
      movements.push({ seq: movements.length + 1, ...row, atNs: stamp() })
    }
  }

  function move({ orderId, kitchenId, items }: PlannedOrder, kind: 'reserve' | 'release'): void {
    for (const { sku, quantity } of items) {
      const delta = kind === 'reserve' ? -quantity : quantity
      movements.push({ seq: movements.length + 1, kind, orderId, kitchenId, sku, delta, atNs: stamp() })
      const row = positionOf(kitchenId, sku)
      if (row) row.quantity += delta
    }
  }

  function reasonToFail({ kitchenId, items }: PlannedOrder): FailureReason | undefined {
    if (items.some(({ sku }) => !positionOf(kitchenId, sku))) return 'unknown-sku'
    if (items.some(({ sku, quantity }) => quantity > (positionOf(kitchenId, sku)?.quantity ?? 0))) return 'out-of-stock'
    return undefined
  }

  return { open, move, reasonToFail }
}
