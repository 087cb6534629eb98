/**
 * Ways to break the timestamps of a history, each against one claim of `causal-order`, so that no other claim of it sees the same.
 */
import type { History } from '../../run/history.ts'
import { answered, notifiedAfter, isLate, isReleased, justBefore, type Mutation, rowOf, soldOut } from './mutation.ts'
import type { OrderHistory } from '../../checks/order-history.ts'

const placed = notifiedAfter(201)
const beforeSent = ({ attempts }: OrderHistory) => (attempts[0]?.startedNs ?? 0) - 1
/** Rows of a store may then be younger than what followed from them. */
const wipe = ({ executedSteps }: History) =>
  executedSteps.push({ atNs: 1, doneNs: 2, action: 'wipe', target: 'inventory_service' })

function stampMoves({ movements }: OrderHistory, kind: 'reserve' | 'release', atNs: number): void {
  for (const row of movements) if (row.kind === kind) row.atNs = atNs
}

function stampAll({ rows, decisions, movements, notifications }: OrderHistory, atNs: number): void {
  for (const row of rows) Object.assign(row, { placedNs: atNs, decidedNs: atNs })
  for (const row of decisions) row.decidedNs = atNs
  for (const row of movements) row.atNs = atNs
  for (const row of notifications) row.sentNs = atNs
}

const STROKES: readonly [name: string, on: Mutation['on'], mutate: Mutation['mutate']][] = [
  [
    'an attempt starts before its plan',
    placed,
    (_history, { attempts }) => attempts.forEach(attempt => (attempt.plannedNs = attempt.startedNs + 1)),
  ],
  [
    'an attempt is answered before it starts',
    answered(503),
    (_history, order) => order.attempts.forEach(attempt => (attempt.answeredNs = beforeSent(order))),
  ],
  [
    'an attempt is abandoned before it starts',
    isLate,
    (_history, order) =>
      order.attempts.forEach(({ answer }) => answer.kind !== 'status' && (answer.atNs = beforeSent(order))),
  ],
  [
    'an order is in the orders table before it is sent',
    placed,
    (_history, order) => order.rows.forEach(row => (row.placedNs = beforeSent(order))),
  ],
  [
    'stock is taken before its order is sent',
    placed,
    (_history, order) => stampMoves(order, 'reserve', beforeSent(order)),
  ],
  [
    'an order is refused before it is sent',
    soldOut,
    (_history, order) => order.decisions.forEach(row => (row.decidedNs = beforeSent(order))),
  ],
  [
    'an order is notified before it is sent',
    placed,
    (history, order) => {
      wipe(history)
      for (const row of order.notifications) row.sentNs = beforeSent(order)
    },
  ],
  [
    'an order is notified before it is decided',
    placed,
    (_history, order) => order.notifications.forEach(row => (row.sentNs = justBefore(order))),
  ],
  [
    'an order has its outcome before it is placed',
    placed,
    (_history, { rows }) => rows.forEach(row => (row.decidedNs = row.placedNs - 1)),
  ],
  [
    'stock is taken after the decision',
    placed,
    (_history, order) => stampMoves(order, 'reserve', justBefore(order) + 2),
  ],
  [
    'stock comes back before the decision',
    isReleased,
    (_history, order) => stampMoves(order, 'release', justBefore(order)),
  ],
  [
    'an order is accepted before it is in the orders table',
    notifiedAfter(202),
    (history, order) => {
      const placedNs = rowOf(history, order)?.placedNs ?? 0
      for (const attempt of order.attempts) attempt.answeredNs = placedNs - 1
    },
  ],
  [
    'a client is answered of a reservation before the decision',
    placed,
    (_history, order) => {
      for (const row of order.rows) row.placedNs = justBefore(order) - 1
      for (const attempt of order.attempts) attempt.answeredNs = justBefore(order)
    },
  ],
  [
    'all that became of an order is stamped when it was sent',
    placed,
    (_history, order) => stampAll(order, order.attempts[0]?.startedNs ?? 0),
  ],
  [
    'an order is in the orders table at the nanosecond when it was sent',
    placed,
    (_history, order) => order.rows.forEach(row => (row.placedNs = order.attempts[0]?.startedNs ?? 0)),
  ],
  [
    'an order has its outcome at the nanosecond when it was placed',
    placed,
    (_history, { rows }) => rows.forEach(row => (row.decidedNs = row.placedNs)),
  ],
  [
    'stock is taken at the nanosecond of the decision',
    placed,
    (_history, order) => stampMoves(order, 'reserve', justBefore(order) + 1),
  ],
  [
    'stock comes back at the nanosecond of the decision',
    isReleased,
    (_history, order) => stampMoves(order, 'release', justBefore(order) + 1),
  ],
  [
    'an order is notified at the nanosecond of the decision',
    placed,
    (_history, order) => order.notifications.forEach(row => (row.sentNs = justBefore(order) + 1)),
  ],
  [
    'a request is answered at the nanosecond when it was sent',
    answered(503),
    (_history, { attempts }) => attempts.forEach(attempt => (attempt.answeredNs = attempt.startedNs)),
  ],
  [
    'a request is abandoned at the nanosecond when it was sent',
    isLate,
    (_history, { attempts }) =>
      attempts.forEach(({ answer, startedNs }) => answer.kind !== 'status' && (answer.atNs = startedNs)),
  ],
  [
    'an order is accepted before it is on the disk',
    notifiedAfter(202),
    (_history, { rows, attempts }) => rows.forEach(row => (row.placedKeptNs = (attempts[0]?.answeredNs ?? 0) + 1)),
  ],
  [
    'a client is answered of a reservation before the decision is on the disk',
    placed,
    (_history, { attempts, decisions, notifications }) => {
      const answeredNs = attempts[0]?.answeredNs ?? 0
      for (const row of notifications) Object.assign(row, { sentNs: answeredNs + 2, keptNs: null })
      for (const row of decisions) row.keptNs = answeredNs + 1
    },
  ],
  [
    'an order is notified before its decision is on the disk',
    placed,
    (_history, { decisions, notifications }) =>
      decisions.forEach(row => (row.keptNs = (notifications[0]?.sentNs ?? 0) + 1)),
  ],
  [
    'an order is shown with an outcome before that is on the disk',
    placed,
    ({ polls }, { orderId, rows }) => {
      const last = polls.find(poll => poll.orderId === orderId && poll.isLast)
      for (const row of rows) row.decidedKeptNs = (last?.answeredNs ?? 0) + 1
    },
  ],
  [
    'a client that follows its order is told the outcome before that is on the disk',
    notifiedAfter(202),
    (_history, { attempts, rows }) => {
      const atNs = (rows[0]?.decidedKeptNs ?? rows[0]?.decidedNs ?? 0) - 1
      for (const attempt of attempts) attempt.learned = { atNs, says: 'reserved', requests: 1 }
      for (const row of rows) row.decidedKeptNs = atNs + 1
    },
  ],
  [
    'a client that follows its order is told the outcome before it was answered',
    notifiedAfter(202),
    (_history, { attempts }) =>
      attempts.forEach(attempt => (attempt.learned = { atNs: attempt.startedNs + 1, says: 'reserved', requests: 1 })),
  ],
  [
    'an order is on the disk before it is written',
    placed,
    (_history, { rows }) => rows.forEach(row => (row.placedKeptNs = row.placedNs - 1)),
  ],
  [
    'an outcome is on the disk before it is written',
    placed,
    (_history, { rows }) => rows.forEach(row => (row.decidedKeptNs = (row.decidedNs ?? 0) - 1)),
  ],
  [
    'a decision is on the disk before it is written',
    placed,
    (_history, { decisions }) => decisions.forEach(row => (row.keptNs = row.decidedNs - 1)),
  ],
  [
    'a notification is kept before it is sent',
    placed,
    (_history, { notifications }) => notifications.forEach(row => (row.keptNs = row.sentNs - 1)),
  ],
  [
    'the clock of the client goes back',
    answered(503),
    (_history, { attempts }) => attempts.forEach(attempt => Object.assign(attempt, { plannedNs: -1, startedNs: -1 })),
  ],
  [
    'the clock of the orders table goes back',
    order => order.planned === undefined && order.rows.length > 0,
    (_history, { rows }) => rows.forEach(row => (row.placedNs = 1)),
  ],
  [
    'the clock of the decisions goes back',
    soldOut,
    (history, { decisions }) => {
      history.clocksAgree = false
      for (const row of decisions) row.decidedNs = 1
    },
  ],
  [
    'the clock of the movements goes back',
    placed,
    ({ evidence }) => {
      const [first] = evidence.movements
      if (first) first.atNs = 1e12
    },
  ],
]

export const TIMESTAMP_MUTATIONS: readonly Mutation[] = STROKES.map(([name, on, mutate]) => ({
  name,
  on,
  mutate,
  caughtBy: ['causal-order'],
}))
