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
  /** Counted as accepted and decided. */
  isDecided?: boolean
  /** One in so many is, by the rate at which it was sent: later changes of it are told, whatever the rate is then. */
  isDrawn: boolean
}

export type LiveOrders = {
  planned: PlannedOrder[]
  attempts: Attempt[]
  /** Those that have begun and not ended, by their order's index. */
  inFlight: ReadonlyMap<number, Pick<Attempt, 'plannedNs' | 'startedNs'>>
  /** The number of the order with this id. */
  indexOf(orderId: string): number | undefined
  totals(): Pick<Counters, 'sent' | 'accepted' | 'reserved' | 'failed' | 'undecided'>
  /** @param oneIn of the orders that were sent: how many of them one that is drawn stands for */
  addNews(news: News, oneIn: number): void
  /** Of orders that `addNews` has had: rows of others are forgotten. */
  addEvidence(evidence: Evidence): void
  /** Those of the drawn that have changed since the last call. */
  takeChanged(): OrderDot[]
  /** What is known of each second that has passed, once. */
  takeSeconds(nowNs: number, now: Pick<Second, 'deadLetters' | 'cores'>): Second[]
}

/** The rows of a second come so much later. */
const LATE_NS = 1.5e9

type Book = Pick<LiveOrders, 'planned' | 'attempts'> & {
  inFlight: Map<number, Pick<Attempt, 'plannedNs' | 'startedNs'>>
  /** By the order's index. */
  tracks: Track[]
  byOrder: Map<string, number>
  changed: Set<number>
  seconds: Seconds
  /** How many rows of each list have been taken. */
  read: { orders: number; decisions: number; notifications: number }
  /** Positions of rows that were pending. */
  pending: number[]
  counts: { accepted: number; decided: number; reserved: number; failed: number }
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
    pending: [],
    counts: { accepted: 0, decided: 0, reserved: 0, failed: 0 },
  }
  const { tracks, changed, counts, seconds } = book
  const undecided = (): number => counts.accepted - counts.decided
  return {
    ...book,
    indexOf: orderId => book.byOrder.get(orderId),
    totals: () => ({
      sent: tracks.length,
      accepted: counts.accepted,
      reserved: counts.reserved,
      failed: counts.failed,
      undecided: undecided(),
    }),
    addNews: (news, oneIn) => addNews(book, news, oneIn),
    addEvidence: evidence => addEvidence(book, evidence),
    takeChanged() {
      const dots = [...changed].flatMap(index => {
        const track = tracks[index]
        return track?.isDrawn ? [dotOf(index, track, originNs)] : []
      })
      changed.clear()
      return dots
    },
    takeSeconds: (nowNs, now) => seconds.take(nowNs - LATE_NS, { ...now, open: undecided() }),
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
  if (outcome !== track.outcome) {
    if (outcome) counts[outcome]--
    if (track.outcome) counts[track.outcome]++
  }
  if (isAccepted(track) && !track.isDecided && (track.isTold || track.decidedNs !== undefined)) {
    track.isDecided = true
    counts.decided++
  }
  const known = knownNs(track)
  if (before === undefined && known !== undefined) seconds.known(known, (known - track.plannedNs) / 1e6)
}

function addNews(book: Book, { planned, started, ended }: News, oneIn: number): void {
  const { tracks, byOrder, inFlight, changed, seconds, counts } = book
  book.planned.push(...planned)
  for (const order of planned) byOrder.set(order.orderId, order.index)
  for (const { index, plannedNs, startedNs } of started) {
    tracks[index] = { sentNs: startedNs, plannedNs, answer: 'waiting', isDrawn: index % oneIn === 0 }
    inFlight.set(index, { plannedNs, startedNs })
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
  const { read, tracks, byOrder } = book
  const stored = [...book.pending, ...Array.from(orders.slice(read.orders), (_, nth) => read.orders + nth)]
  book.pending = stored.filter(position => orders[position]?.status === 'pending')
  for (const position of stored) {
    const row = orders[position]
    const track = row && tracks[byOrder.get(row.orderId) ?? -1]
    // One that is still pending has nothing new.
    if (!track || (row.status === 'pending' && track.placedNs !== undefined)) continue
    change(book, row.orderId, () => {
      track.placedNs ??= row.placedKeptNs ?? row.placedNs
      if (row.status === 'pending') return
      // The orders table has the last word: what inventory reserved may have been released since.
      track.outcome = row.status
      track.decidedNs ??= row.decidedKeptNs ?? row.decidedNs ?? undefined
    })
  }
  for (const { orderId, outcome, decidedNs, keptNs } of decisions.slice(read.decisions))
    change(book, orderId, track => {
      track.outcome ??= outcome.status
      track.decidedNs ??= keptNs ?? decidedNs
    })
  for (const { orderId, sentNs, keptNs } of notifications.slice(read.notifications))
    change(book, orderId, track => (track.notifiedNs ??= keptNs ?? sentNs))
  read.orders = orders.length
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
