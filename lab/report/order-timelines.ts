// What became of each order of a variant, from its history: when it was requested, answered, stored, decided and notified, and what
// the checks said of it. For the report alone; a summary does not hold it.
import { kindOf } from '#engine/analysis/measures.ts'
import { orderTimelines, type OrderTimeline } from '#engine/analysis/order-timeline.ts'
import type { History } from '#engine/run/history.ts'
import type { Orders, Result } from '#engine/run/summary.ts'

/** Tenths of a millisecond after the planned start, to three digits; null where it never happened, or where nobody knows. */
type Column = (number | null)[]

/** A column for each thing that can happen to an order, a place in it for each order, in the sequence of `Orders.points`. */
export type Timelines = {
  /** Of the planned start, each counted from the one before, the first from the beginning of the load. */
  requested: number[]
  /** An order's idempotency key is this and its place. */
  key: string
  answered: Column
  stored: Column
  decided: Column
  notified: Column
  released: Column
  answers: Texts
  outcomes: Texts
  /** What the checks found, by the place of the order: `lost: has no outcome`. */
  found: Record<number, string[]>
  /** How many checks judged the variant, and those that found more orders than they name. */
  checks: number
  unnamed: string[]
}

/** Few texts for many orders. */
type Texts = { texts: string[]; of: number[] }

/** Orders that may have their timelines. */
export type TracedOrders = Orders & { timelines?: Timelines }

/** @param checks of the variant */
export function timelinesOf(history: History, checks: Result['checks']): Timelines {
  const timelines = orderTimelines(history, { all: true }).filter(({ attempt }) => attempt)
  const plannedNs = timelines.map(({ attempt }) => attempt?.plannedNs ?? history.originNs)
  const starts = plannedNs.map(ns => Math.round((ns - history.originNs) / TENTH))
  const column = (nsOf: (timeline: OrderTimeline) => number | undefined): Column =>
    timelines.map((timeline, nth) => {
      const ns = nsOf(timeline)
      return ns === undefined ? null : threeDigits((ns - (plannedNs[nth] ?? 0)) / TENTH)
    })
  // Stamps of another clock say nothing beside the client's.
  const byServices = (nsOf: (timeline: OrderTimeline) => number | undefined) =>
    column(timeline => (history.clocksAgree ? nsOf(timeline) : undefined))
  return {
    requested: starts.map((start, nth) => start - (starts[nth - 1] ?? 0)),
    key: keyPrefixOf(timelines),
    answered: column(({ attempt }) => attempt?.answeredNs),
    stored: byServices(({ placedNs }) => placedNs),
    decided: byServices(({ decidedNs }) => decidedNs),
    notified: byServices(({ notifiedNs }) => notifiedNs),
    released: byServices(({ releasedNs }) => releasedNs),
    answers: textsOf(timelines.map(({ attempt }) => (attempt ? kindOf(attempt.answer) : ''))),
    outcomes: textsOf(timelines.map(({ outcome, reason }) => [outcome, reason].filter(Boolean).join(', '))),
    found: foundIn(timelines, checks),
    checks: checks.length,
    unnamed: checks.filter(({ detail }) => /; and \d+ more[.;]/.test(detail)).map(({ name }) => name),
  }
}

/** Before the place of an order, which ends its key; empty where keys are made otherwise, as on the live page. */
function keyPrefixOf(timelines: readonly OrderTimeline[]): string {
  const prefix = timelines[0]?.planned.idempotencyKey.replace(/\d+$/, '') ?? ''
  return timelines.every(({ planned }) => planned.idempotencyKey === `${prefix}${planned.index}`) ? prefix : ''
}

/** In nanoseconds. */
const TENTH = 1e5

const threeDigits = (value: number): number => Math.round(Number(value.toPrecision(3)))

function textsOf(all: readonly string[]): Texts {
  const texts = [...new Set(all)].sort()
  return { texts, of: all.map(text => texts.indexOf(text)) }
}

/** A check names the first orders that it found, each with what is wrong. */
function foundIn(timelines: readonly OrderTimeline[], checks: Result['checks']): Record<number, string[]> {
  const places = new Map(timelines.map(({ planned }, place) => [planned.orderId, place]))
  const found: Record<number, string[]> = {}
  for (const { name, verdict, detail } of checks) {
    if (verdict === 'valid') continue
    for (const part of detail.split(/[;:] /)) {
      const [id = '', ...words] = part.replace(/\.$/, '').split(' ')
      const place = places.get(id)
      if (place !== undefined) (found[place] ??= []).push(`${name}: ${words.join(' ')} (${id})`)
    }
  }
  return found
}
