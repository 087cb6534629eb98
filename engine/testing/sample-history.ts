/**
 * Made histories: whole and correct ones, to be broken in one way by a test.
 *
 * Guarantees: a seed gives the same history; it is one that a service without a fault could have left, with orders that
 * fail, sell out, are released, time out, are refused, sent twice, and, past the client's door, duplicates and poison.
 * Written apart from the workflow, so that checks are not judged by the code that they judge.
 */
import { emptyHistory, type History } from '../run/history.ts'
import type { Answer, Attempt } from '../load/attempt.ts'
import { orderMix, initialStock } from '../load/mix.ts'
import { planOrders, type PlannedOrder } from '../load/orders.ts'
import { type Random, seededRandom } from '../load/random.ts'
import { type Ledger, ledger } from './sample-ledger.ts'

/** Why orders that were planned as reserved may be failed in a made history. */
export const SAMPLE_REASONS = ['deadline-passed', 'inventory-unavailable']

const MIX = { count: 120, kitchens: 4, scarceShare: 0.2, unknownSkuShare: 0.05, tooManyShare: 0.05 }

export function sampleHistory(seed: number): History {
  const random = seededRandom(seed)
  const planned = planOrders({ ...MIX, seed, runId: `made-${seed}` })
  const history = { ...emptyHistory(initialStock(orderMix(MIX))), planned }
  const book = ledger(history)
  // Every fate comes, and after that as luck has it.
  const fates: Fate[] = [...EACH_FATE]
  for (const order of planned) {
    const tell: Tell = (answer, attempt = 1) => history.attempts.push(attemptOf(order, answer, attempt))
    book.goOn(startOf(order))
    FATES[fateOf(order, fates, random)](book, order, tell)
  }
  sendRaw(history, book, random)
  history.faults = { inventory_service: { delay: { setting: { delayMs: 5 }, injections: random.between(1, 9) } } }
  history.executedSteps = [{ atNs: 1, doneNs: 2, action: 'kill', target: 'inventory_service' }]
  return history
}

/** Scarce orders are always told: a unit that was given back would leave open how many are reserved. */
function fateOf({ expected }: PlannedOrder, fates: Fate[], random: Random): Fate {
  if (expected === 'scarce') return 'told'
  if (expected === 'failed') return random.pick(['told', 'accepted', 'twice', 'late', 'tombstone'])
  return fates.shift() ?? random.pick(EACH_FATE)
}

const DEADLINE: Answer = { kind: 'deadline', atNs: 1, detail: 'no answer in time' }
const answered = (status: number, code?: string): Answer => ({ kind: 'status', status, code, text: '' })

type Tell = (answer: Answer, attempt?: number) => void

/** Decides the order, and says what a client is then told. */
function decided(book: Ledger, order: PlannedOrder): Answer {
  const reason = book.decide(order)
  return reason ? answered(409, reason) : answered(201)
}

const FATES = {
  told: (book, order, tell) => tell(decided(book, order)),
  accepted(book, order, tell) {
    book.decide(order)
    tell(answered(202))
  },
  twice(book, order, tell) {
    tell(DEADLINE)
    tell(decided(book, order), 2)
  },
  late(book, order, tell) {
    book.decide(order)
    tell(DEADLINE)
  },
  tombstone(book, order, tell) {
    book.giveUp(order, { reserved: false })
    tell(answered(504, 'deadline-passed'))
  },
  givenBack(book, order, tell) {
    book.giveUp(order, { reserved: true })
    tell(answered(502, 'inventory-broke'))
  },
  refused: (_book, _order, tell) => tell({ kind: 'refused', atNs: 1, detail: 'ECONNREFUSED' }),
  shed(book, order, tell) {
    book.fail(order, 'inventory-unavailable')
    tell(answered(503, 'inventory-unavailable'))
  },
  vanished: (_book, _order, tell) => tell({ kind: 'reset', atNs: 1, detail: 'ECONNRESET' }),
} as const satisfies Record<string, (book: Ledger, order: PlannedOrder, tell: Tell) => void>

type Fate = keyof typeof FATES
const EACH_FATE = Object.keys(FATES) as Fate[]

/** Each order has a millisecond of its own, and each of its attempts a half of it; the ledger needs a tenth. */
const startOf = ({ index }: PlannedOrder, attempt = 1): number => index * 1e6 + (attempt - 1) * 5e5

function attemptOf(order: PlannedOrder, said: Answer, attempt: number): Attempt {
  const { index, orderId } = order
  const startedNs = startOf(order, attempt)
  const endedNs = startedNs + 4e5
  const answer = said.kind === 'status' ? said : { ...said, atNs: endedNs }
  const answeredNs = said.kind === 'status' ? endedNs : undefined
  return { index, orderId, attempt, plannedNs: startedNs, startedNs, answeredNs, answer }
}

/** A message that is decided, a duplicate, an order-conflict of a good order, and poison with and without an order. */
function sendRaw({ raw, evidence, planned }: History, book: Ledger, random: Random): void {
  const good = planned.find(({ orderId }) => evidence.notifications.some(row => row.orderId === orderId))
  const orderId = good?.orderId
  const fresh = { ...planned[0], orderId: `raw-${planned[0]?.orderId}`, expected: 'reserved' } as PlannedOrder
  const items = [{ sku: 'burger', quantity: 1 }]
  book.decide({ ...fresh, kitchenId: 'kitchen-00', items })
  raw.push(
    { id: 'raw-decided', orderId: fresh.orderId, expect: 'decided', class: 'new order' },
    { id: 'raw-duplicate', orderId, expect: 'duplicate', class: 'same message' },
    { id: 'raw-conflict', orderId, expect: 'dead-letter', class: 'other content' },
  )
  const letter = { source: 'orders', detail: '', attempts: 1 }
  evidence.deadLetters.push({ ...letter, id: '1', orderId, reason: 'order-conflict', body: 'raw-conflict' })
  for (let poison = 0; poison < random.between(2, 6); poison++) {
    const named = poison % 2 === 0 ? `poison-${poison}` : undefined
    raw.push({ id: `raw-poison-${poison}`, orderId: named, expect: 'dead-letter', class: 'not JSON' })
    evidence.deadLetters.push({ ...letter, id: `dl-${poison}`, orderId: named, reason: 'malformed', body: '{' })
  }
}
