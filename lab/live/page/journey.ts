/**
 * Where an order is drawn at a moment. Its stops are the parts that it has come to, each with the time at which it is drawn there:
 * when it was there, or later where it came too quickly for an eye to follow. Places are shares of the width of the picture.
 */
import { ANSWERS, type OrderDot } from './protocol.ts'

/** How long a dot takes from one part to the next at least. */
export const TRAVEL_MS = 200
const FADE_MS = 500
/** Long after everything is over nobody looks for it. */
const FORGET_MS = 4_000

export const CLIENT = 0.03
export const AT = { order: 0.2, broker: 0.45, inventory: 0.7, notification: 0.92 } as const

export type Tone = 'moving' | 'good' | 'failed' | 'error'
type Stop = { atMs: number; place: number }
/** `endMs`: when its journey is over; absent while it is under way. */
export type Journey = { stops: readonly Stop[]; endMs?: number; tone: Tone }

export type Spot = { place: number; isWaiting: boolean; fade: number }

export function journeyOf(dot: OrderDot): Journey {
  const [, sentMs, answer, answeredMs, placedMs, outcome, decidedMs, notifiedMs] = dot
  const kind = ANSWERS[answer]
  const stops: Stop[] = [{ atMs: sentMs, place: CLIENT }]
  const lastMs = (): number => stops.at(-1)?.atMs ?? 0
  const stop = (atMs: number | null, place: number): void => {
    if (atMs !== null) stops.push({ atMs: Math.max(atMs, lastMs() + TRAVEL_MS), place })
  }
  const isWrong = kind === 'error' || kind === 'none'
  stop(placedMs, AT.order)
  const storedMs = lastMs()
  if (placedMs !== null && (decidedMs === null || decidedMs > storedMs + 2 * TRAVEL_MS)) stop(storedMs, AT.broker)
  // An order that failed with an error may never have come to inventory.
  if (outcome !== null) stop(decidedMs, outcome === 0 && isWrong ? AT.order : AT.inventory)
  if (outcome === 1) stop(notifiedMs, AT.notification)
  if (isWrong) {
    if (placedMs === null) stop(answeredMs ?? sentMs, CLIENT)
    const isOver = placedMs === null || outcome !== null
    return { stops, tone: 'error', ...(isOver && { endMs: lastMs() }) }
  }
  if (outcome === 0 || kind === 'refused') return { stops, endMs: lastMs(), tone: 'failed' }
  if (outcome === 1 && notifiedMs !== null) return { stops, endMs: lastMs(), tone: 'good' }
  return { stops, tone: 'moving' }
}

/** `hidden` before it was sent and when it has faded, `gone` when it can be forgotten. @param still nothing travels */
export function spotOf({ stops, endMs = Infinity }: Journey, nowMs: number, still: boolean): Spot | 'hidden' | 'gone' {
  const [first] = stops
  if (!first || nowMs < first.atMs) return 'hidden'
  if (nowMs > endMs + FADE_MS) return nowMs > endMs + FORGET_MS ? 'gone' : 'hidden'
  const next = stops.findIndex(({ atMs }) => atMs > nowMs)
  const there = next === -1 ? undefined : stops[next]
  const here = (next === -1 ? stops.at(-1) : stops[next - 1]) ?? first
  if (!there) return { place: here.place, isWaiting: endMs === Infinity, fade: Math.max(0, (nowMs - endMs) / FADE_MS) }
  const leavesMs = there.atMs - TRAVEL_MS
  if (still || nowMs < leavesMs) return { place: here.place, isWaiting: true, fade: 0 }
  const part = (nowMs - leavesMs) / TRAVEL_MS
  return { place: here.place + (there.place - here.place) * part, isWaiting: false, fade: 0 }
}
