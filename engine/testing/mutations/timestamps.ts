/**
 * Ways to break the time that a history tells, a claim of `stamps` each, so that no other claim of it sees the same.
 */
import type { History } from '../../run/history.ts'
import { SCARCE_KITCHEN } from '../../load/mix.ts'
import { type Mutation, confirmed, justBefore, rowOf, told } from './mutation.ts'
import { isGivenBack, isLate } from './reports.ts'
import type { OrderHistory } from '../../checks/order-history.ts'

const soldOut = (trace: OrderHistory) => trace.planned?.kitchenId === SCARCE_KITCHEN && told(409)(trace)
const placed = (trace: OrderHistory) => confirmed(trace) && told(201)(trace)
const beforeSent = ({ attempts }: OrderHistory) => (attempts[0]?.startedNs ?? 0) - 1
/** Rows of a store may then be younger than what followed from them. */
const wipe = ({ executedSteps }: History) =>
  executedSteps.push({ atNs: 1, doneNs: 2, action: 'wipe', target: 'inventory_service' })

function stampMoves({ movements }: OrderHistory, kind: 'reserve' | 'release', atNs: number): void {
  for (const row of movements) if (row.kind === kind) row.atNs = atNs
}

const STROKES: readonly [name: string, on: Mutation['on'], mutate: Mutation['mutate']][] = [
  [
    'an attempt starts before its plan',
    placed,
    (_history, { attempts }) => attempts.forEach(attempt => (attempt.plannedNs = attempt.startedNs + 1)),
  ],
  [
    'an attempt is answered before it starts',
    told(503),
    (_history, trace) => trace.attempts.forEach(attempt => (attempt.answeredNs = beforeSent(trace))),
  ],
  [
    'an attempt is given up before it starts',
    isLate,
    (_history, trace) =>
      trace.attempts.forEach(({ answer }) => answer.kind !== 'status' && (answer.atNs = beforeSent(trace))),
  ],
  [
    'an order is in the book before it is sent',
    placed,
    (_history, trace) => trace.rows.forEach(row => (row.placedNs = beforeSent(trace))),
  ],
  [
    'stock is taken before its order is sent',
    placed,
    (_history, trace) => stampMoves(trace, 'reserve', beforeSent(trace)),
  ],
  [
    'an order is refused before it is sent',
    soldOut,
    (_history, trace) => trace.decisions.forEach(row => (row.decidedNs = beforeSent(trace))),
  ],
  [
    'an order is confirmed before it is sent',
    placed,
    (history, trace) => {
      wipe(history)
      for (const row of trace.notifications) row.sentNs = beforeSent(trace)
    },
  ],
  [
    'an order is confirmed before it is decided',
    placed,
    (_history, trace) => trace.notifications.forEach(row => (row.sentNs = justBefore(trace))),
  ],
  [
    'an order is settled before it is placed',
    placed,
    (_history, { rows }) => rows.forEach(row => (row.decidedNs = row.placedNs - 1)),
  ],
  [
    'stock is taken after the decision',
    placed,
    (_history, trace) => stampMoves(trace, 'reserve', justBefore(trace) + 2),
  ],
  [
    'stock comes back before the decision',
    isGivenBack,
    (_history, trace) => stampMoves(trace, 'release', justBefore(trace)),
  ],
  [
    'an order is accepted before it is in the book',
    trace => confirmed(trace) && told(202)(trace),
    (history, trace) => {
      const placedNs = rowOf(history, trace)?.placedNs ?? 0
      for (const attempt of trace.attempts) attempt.answeredNs = placedNs - 1
    },
  ],
  [
    'a client is told of a reservation before the decision',
    placed,
    (_history, trace) => {
      for (const row of trace.rows) row.placedNs = justBefore(trace) - 1
      for (const attempt of trace.attempts) attempt.answeredNs = justBefore(trace)
    },
  ],
  [
    'the clock of the client goes back',
    told(503),
    (_history, { attempts }) => attempts.forEach(attempt => Object.assign(attempt, { plannedNs: -1, startedNs: -1 })),
  ],
  [
    'the clock of the book goes back',
    trace => trace.planned === undefined && trace.rows.length > 0,
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
