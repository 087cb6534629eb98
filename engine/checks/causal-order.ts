/**
 * Every effect has a later timestamp than its cause, and no row has an earlier one than the row before it: with a clock that
 * goes back or stands still, or rows whose orders are mixed up, every latency would be wrong. Two stamps are never equal: between
 * a cause and its effect lies a statement of a store or a message, and the clock counts nanoseconds. Only a request may
 * be sent at the very nanosecond for which it was planned.
 *
 * What was written is kept later: nobody is told of an order, of its outcome, or of its reservation before that was on the disk, as
 * far as services know when that was.
 *
 * Timestamps of the client, of the orders table, and of inventory are each of one clock, and are always compared; across
 * clocks only where all agree. A store that was wiped is filled again with timestamps of that time, so after a wipe no row of
 * a store has to be older than what followed from it. What did not come from a client may be older than the client's attempt.
 * Not claimed: that an order is in the orders table before it is decided, because the table is a view where the log is the truth.
 */
import type { History } from '../run/history.ts'
import type { Attempt } from '../load/attempt.ts'
import { defineCheck, evaluateAll } from './check.ts'
import { inSequence, type OrderHistory, orderHistories } from './order-history.ts'

/** Undefined when it never happened. */
type Moment = { what: string; atNs: number } | undefined
/** What came first, and what followed. */
type Causation = readonly [Moment, Moment]

export const causalOrder = defineCheck('causal-order', 'every effect has a later timestamp than its cause', history => {
  const shown = firstShown(history)
  const isWiped = history.executedSteps.some(({ action }) => action === 'wipe')
  const stamped = [...orderHistories(history).values()].filter(
    ({ attempts, rows, decisions }) => attempts.length + rows.length + decisions.length > 0,
  )
  const offenders = [
    ...stamped.flatMap(order =>
      [...causationsOf(order, history, { isWiped, shown: shown.get(order.orderId) }), ...commitsOf(order)]
        .flatMap(whyBackwards)
        .map(why => `${order.orderId} ${why}`),
    ),
    ...whyUnsorted(history),
  ]
  const compared = history.clocksAgree ? '' : ' (compared per clock because the clocks differ)'
  return evaluateAll({ examined: stamped.length, what: `orders with timestamps${compared}`, offenders })
})

const whyBackwards = ([cause, effect]: Causation): string[] =>
  cause && effect && !(effect.atNs > cause.atNs || (cause.what === PLANNED && effect.atNs === cause.atNs))
    ? [`${effect.what} ${((cause.atNs - effect.atNs) / 1e6).toFixed(3)} ms before it ${cause.what}`]
    : []

const PLANNED = 'was planned'

function first<Row>(what: string, rows: readonly Row[], stampOf: (row: Row) => number | null | undefined): Moment {
  let first = Infinity
  for (const row of rows) first = Math.min(first, stampOf(row) ?? Infinity)
  return first === Infinity ? undefined : { what, atNs: first }
}

const answeredWithinNs = ({ answer, answeredNs }: Attempt, low: number, high: number): number | undefined =>
  answer.kind === 'status' && answer.status >= low && answer.status <= high ? answeredNs : undefined

function causationsOf(
  { attempts, raw, rows, decisions, movements, notifications }: OrderHistory,
  { clocksAgree }: History,
  { isWiped, shown }: { isWiped: boolean; shown: Moment },
): Causation[] {
  const sent = first('was sent', attempts, row => row.startedNs)
  const placed = first('was placed', rows, row => row.placedNs)
  const finished = first('got its outcome', rows, row => row.decidedNs)
  const reserved = first('was reserved', movements, row => (row.kind === 'reserve' ? row.atNs : null))
  const decided = first('was decided', decisions, row => row.decidedNs)
  const released = first('was released', movements, row => (row.kind === 'release' ? row.atNs : null))
  const notified = first('was notified', notifications, row => row.sentNs)
  const accepted = first('was accepted', attempts, row => answeredWithinNs(row, 200, 299))
  const answered201 = first('was answered 201', attempts, row => answeredWithinNs(row, 201, 201))
  const effects = clocksAgree && raw.length === 0 ? [placed, reserved, decided, notified] : []
  const kept = {
    placed: first('was in the orders table on the disk', rows, row => row.placedKeptNs),
    finished: first('had its outcome in the orders table on the disk', rows, row => row.decidedKeptNs),
    decided: first('was decided on the disk', decisions, row => row.keptNs),
  }
  const told: Causation[] = [
    [kept.decided ?? decided, notified],
    [kept.placed ?? placed, accepted],
    [kept.decided ?? decided, answered201],
    [kept.finished, shown],
  ]
  return [
    ...attempts.flatMap(ofAttempt),
    [placed, finished],
    [reserved, decided],
    [decided, released],
    ...effects.map((effect): Causation => [sent, effect]),
    ...(clocksAgree && !isWiped ? told : []),
  ]
}

/** Each row is written, and then kept. */
const commitsOf = ({ rows, decisions, notifications }: OrderHistory): Causation[] => {
  const commit = (what: string, atNs: number | null, keptNs: number | null): Causation[] =>
    atNs === null || keptNs === null
      ? []
      : [
          [
            { what: `was written as ${what}`, atNs },
            { what: 'was kept', atNs: keptNs },
          ],
        ]
  return [
    ...rows.flatMap(row => commit('an order', row.placedNs, row.placedKeptNs)),
    ...rows.flatMap(row => commit('an outcome', row.decidedNs, row.decidedKeptNs)),
    ...decisions.flatMap(row => commit('a decision', row.decidedNs, row.keptNs)),
    ...notifications.flatMap(row => commit('a notification', row.sentNs, row.keptNs)),
  ]
}

/** When a client that asked for its order was first shown an outcome. */
function firstShown({ polls, attempts }: History): Map<string, Moment> {
  const shown = new Map<string, Moment>()
  const add = (orderId: string, says: string | undefined, atNs: number): void => {
    if ((says === 'reserved' || says === 'failed') && atNs < (shown.get(orderId)?.atNs ?? Infinity))
      shown.set(orderId, { what: 'was shown with an outcome', atNs })
  }
  for (const { orderId, says, answeredNs } of polls) add(orderId, says, answeredNs)
  for (const { orderId, learned } of attempts) if (learned) add(orderId, learned.says, learned.atNs)
  return shown
}

function ofAttempt({ plannedNs, startedNs, answeredNs, answer, learned }: Attempt): Causation[] {
  const sent = { what: 'was sent', atNs: startedNs }
  const endedNs = answer.kind === 'status' ? answeredNs : answer.atNs
  const ended = first('was answered', [endedNs], atNs => atNs)
  return [
    [{ what: PLANNED, atNs: plannedNs }, sent],
    [sent, ended],
    [ended, first('had told its client the outcome', [learned?.atNs], atNs => atNs)],
  ]
}

/** Rows that get their timestamps as they are written, by one process at a time. Attempts stand in their sequence. */
const whyUnsorted = ({ attempts, evidence: { orders, decisions, movements } }: History): string[] => [
  ...whyBackInTime('the attempts', attempts, row => row.startedNs),
  ...whyBackInTime('the orders table', inSequence(orders), row => row.placedNs),
  ...whyBackInTime('the decisions', inSequence(decisions), row => row.decidedNs),
  ...whyBackInTime('the movements', inSequence(movements), row => row.atNs),
]

const whyBackInTime = <Row extends { orderId: string | null }>(
  table: string,
  rows: readonly Row[],
  stampOf: (row: Row) => number,
): string[] =>
  rows.flatMap((row, position) => {
    const before = rows[position - 1]
    return before && stampOf(row) < stampOf(before)
      ? [
          `${row.orderId ?? 'an opening'} has an earlier timestamp in ${table} than ${before.orderId ?? 'an opening'} before it`,
        ]
      : []
  })
