/**
 * The orders of a lane as the page draws them: when each was sent, answered, stored, decided and notified, and what that makes of each
 * second. From the attempts of the load and the rows of the services alone.
 */
import type { Attempt } from '#engine/load/attempt.ts'
import type { News } from '#engine/load/endless.ts'
import type { PlannedOrder } from '#engine/load/orders.ts'
import type { Evidence } from '#engine/run/history.ts'
import { collectSeconds, type Seconds } from './seconds.ts'
import { ANSWERS, type AnswerKind, type Counters, type OrderDot, type Second } from './page/protocol.ts'

type Track = {
  sentNs: number
  plannedNs: number
  answer: AnswerKind
  answeredNs?: number
  placedNs?: number
  decidedNs?: number
  notifiedNs?: number
  outcome?: 'reserved' | 'failed'
  /** The answer said so, before any row of it was read. */
  isTold?: boolean
  isSettled?: boolean
}

export type LiveOrders = {
  planned: PlannedOrder[]
  attempts: Attempt[]
  /** Those that have begun and not ended, by their order's index. */
  inFlight: ReadonlyMap<number, Pick<Attempt, 'plannedNs' | 'startedNs'>>
  totals(): Pick<Counters, 'sent' | 'accepted' | 'failed' | 'undecided'>
  addNews(news: News): void
  addEvidence(evidence: Evidence): void
  /** Those that have changed since the last call, one in `oneIn`. */
  takeChanged(oneIn: number): OrderDot[]
  /** What is known of each second that has passed, once. */
  takeSeconds(nowNs: number, now: Pick<Second, 'deadLetters' | 'cores'>): Second[]
}

/** The rows of a second come so much later. */
const SETTLE_NS = 1.5e9

type Book = Pick<LiveOrders, 'planned' | 'attempts'> & {
  inFlight: Map<number, Pick<Attempt, 'plannedNs' | 'startedNs'>>
  /** By the order's index. */
  tracks: Track[]
  byOrder: Map<string, number>
  changed: Set<number>
  seconds: Seconds
  /** How many rows of each list have been taken. */
  read: { orders: number; decisions: number; notifications: number }
  counts: { accepted: number; settled: number; failed: number }
}

export function trackOrders(originNs: number): LiveOrders {
  const book: Book = {
    planned: [],
    attempts: [],
    inFlight: new Map(),
    tracks: [],
    byOrder: new Map(),
    changed: new Set(),
    seconds: collectSeconds(originNs),
    read: { orders: 0, decisions: 0, notifications: 0 },
    counts: { accepted: 0, settled: 0, failed: 0 },
  }
  const { tracks, changed, counts, seconds } = book
  const undecided = (): number => counts.accepted - counts.settled
  return {
    ...book,
    totals: () => ({
      sent: tracks.length,
      accepted: counts.accepted,
      failed: counts.failed,
      undecided: undecided(),
    }),
    addNews: news => addNews(book, news),
    addEvidence: evidence => addEvidence(book, evidence),
    takeChanged(oneIn) {
      const dots = [...changed].flatMap(index => {
        const track = tracks[index]
        return track && index % oneIn === 0 ? [dotOf(index, track, originNs)] : []
      })
      changed.clear()
      return dots
    },
    takeSeconds: (nowNs, now) => seconds.take(nowNs - SETTLE_NS, { ...now, open: undecided() }),
  }
}

function change(
  { byOrder, tracks, changed, counts, seconds }: Book,
  orderId: string,
  set: (track: Track) => void,
): void {
  const index = byOrder.get(orderId) ?? -1
  const track = tracks[index]
  if (!track) return
  const before = knownNs(track)
  const { outcome } = track
  set(track)
  changed.add(index)
  if (outcome === undefined && track.outcome === 'failed') counts.failed++
  if (isAccepted(track) && !track.isSettled && (track.isTold || track.decidedNs !== undefined)) {
    track.isSettled = true
    counts.settled++
  }
  const known = knownNs(track)
  if (before === undefined && known !== undefined) seconds.known(known, (known - track.plannedNs) / 1e6)
}

function addNews(book: Book, { planned, started, ended }: News): void {
  const { tracks, byOrder, inFlight, changed, seconds, counts } = book
  book.planned.push(...planned)
  for (const order of planned) byOrder.set(order.orderId, order.index)
  for (const { index, plannedNs, startedNs } of started) {
    tracks[index] = { sentNs: startedNs, plannedNs, answer: 'waiting' }
    inFlight.set(index, { plannedNs, startedNs })
    seconds.sent(startedNs)
    changed.add(index)
  }
  for (const attempt of ended) {
    book.attempts.push(attempt)
    inFlight.delete(attempt.index)
    change(book, attempt.orderId, track => {
      track.answer = answerOf(attempt)
      track.answeredNs = attempt.answeredNs
      track.isTold = attempt.answer.kind === 'status' && attempt.answer.status === 201
      if (isAccepted(track)) counts.accepted++
    })
    seconds.answered(attempt, answerOf(attempt))
  }
}

function addEvidence(book: Book, { orders, decisions, notifications }: Evidence): void {
  const { read } = book
  for (const { orderId, placedKeptNs, placedNs, status, decidedNs, decidedKeptNs } of orders.slice(read.orders))
    change(book, orderId, track => {
      track.placedNs ??= placedKeptNs ?? placedNs
      if (status === 'pending') return
      track.outcome ??= status
      track.decidedNs ??= decidedKeptNs ?? decidedNs ?? undefined
    })
  for (const { orderId, outcome, decidedNs, keptNs } of decisions.slice(read.decisions))
    change(book, orderId, track => {
      track.outcome ??= outcome.status
      track.decidedNs ??= keptNs ?? decidedNs
    })
  for (const { orderId, sentNs, keptNs } of notifications.slice(read.notifications))
    change(book, orderId, track => (track.notifiedNs ??= keptNs ?? sentNs))
  // An order that is pending is looked at again.
  const pending = orders.findIndex(({ status }, at) => at >= read.orders && status === 'pending')
  read.orders = pending === -1 ? orders.length : pending
  read.decisions = decisions.length
  read.notifications = notifications.length
}

const isAccepted = ({ answer }: Track): boolean => answer === 'accepted'

/** When a client could know what became of it: from the answer, or by asking. */
function knownNs({ answer, answeredNs, decidedNs }: Track): number | undefined {
  if (answer === 'refused') return answeredNs
  if (answer !== 'accepted' || answeredNs === undefined || decidedNs === undefined) return undefined
  return Math.max(answeredNs, decidedNs)
}

function answerOf({ answer }: Pick<Attempt, 'answer'>): AnswerKind {
  if (answer.kind !== 'status') return 'none'
  if (answer.status < 300) return 'accepted'
  return answer.status === 409 ? 'refused' : 'error'
}

function dotOf(index: number, track: Track, originNs: number): OrderDot {
  const ms = (ns: number | null | undefined): number | null =>
    ns === undefined || ns === null ? null : Math.round((ns - originNs) / 1e5) / 10
  const { answer, outcome } = track
  return [
    index,
    ms(track.sentNs) ?? 0,
    ANSWERS.indexOf(answer),
    ms(track.answeredNs),
    ms(track.placedNs),
    outcome === undefined ? null : Number(outcome === 'reserved'),
    ms(track.decidedNs),
    ms(track.notifiedNs),
  ]
}
