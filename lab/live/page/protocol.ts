// What the lab tells the page: types, and the words for them that both sides use.
import type { Verdict } from '#engine/checks/check.ts'

export type PartState = 'up' | 'down' | 'paused' | 'gone' | 'full' | 'starting'
export const PART_STATES: Readonly<Record<PartState, string>> = {
  up: 'up',
  down: 'down',
  paused: 'paused',
  gone: 'cut off',
  full: 'full (memory alarm)',
  starting: 'starting',
}

/** `delay 500`, or `error` where the setting is empty. */
export const faultText = (fault: string, setting: unknown): string =>
  [fault, ...Object.values(setting as Record<string, unknown>)].join(' ')

/** A service or broker of a lane. `faults`: those that are on, by name. */
export type Part = {
  name: string
  role: 'order' | 'inventory' | 'notification' | 'analytics' | 'broker'
  state: PartState
  faults: Record<string, unknown>
}

/** What can be switched on in a part: `field` is the one number of its setting, with a value to begin with. */
export type FaultForm = { name: string; about: string; field?: { name: string; unit: string; value: number } }

/** What is known of a model before anything happens. */
export type LaneFacts = {
  model: string
  /** Counts from 1; a lane that begins again is another one. */
  round: number
  /** In the sequence in which an order passes them. */
  parts: { name: string; role: Part['role']; faults: FaultForm[]; crashPoints: string[] }[]
  configurations: { name: string; about: string }[]
  configuration: string
  hasDeadLetters: boolean
}

export const ANSWERS = ['waiting', 'accepted', 'refused', 'error', 'none'] as const
/**
 * `refused`: a rule of the business (409). `error`: any other answer that is no success. `none`: there was no connection, it broke, or
 * no answer came until the deadline.
 */
export type AnswerKind = (typeof ANSWERS)[number]

/**
 * An order, in milliseconds since the lane began; null where it has not happened. `answer` is an index of ANSWERS; `outcome` 1 where
 * it is reserved, 0 where it failed.
 */
export type OrderDot = [
  index: number,
  sentMs: number,
  answer: number,
  answeredMs: number | null,
  placedMs: number | null,
  outcome: number | null,
  decidedMs: number | null,
  notifiedMs: number | null,
]

/** Curves go back so far. */
export const SHOWN_SECONDS = 120

/** Of one second. Latencies in milliseconds; null where there was none. `cores`: CPU time of the services, and of the broker. */
export type Second = {
  second: number
  answers: Record<AnswerKind, number>
  acceptedP50: number | null
  acceptedWorst: number | null
  knownP50: number | null
  knownWorst: number | null
  open: number
  deadLetters: number
  cores: number | null
}

/** So far. What is undecided may still be decided; what is found of the rest stays found. */
export type Counters = {
  sent: number
  accepted: number
  reserved: number
  failed: number
  notified: number
  undecided: number
  lost: number
  duplicated: number
  oversold: number
  unexpected: number
  deadLetters: number
  /** How long ago the evidence was read that this rests on. */
  ageMs: number
}

/** What is new of a lane at work, and how it stands. */
export type LaneNews = {
  nowMs: number
  ordersPerSecond: number
  /** One order in so many is drawn. */
  oneIn: number
  orders: OrderDot[]
  seconds: Second[]
  counters: Counters
  parts: Part[]
  /** What was done, with its time. */
  marks: { atMs: number; text: string }[]
  duplicating: boolean
}

export type LaneFrame = LaneNews & {
  model: string
  /** That of its facts. */
  round: number
  phase: 'starting' | 'running' | 'judging' | 'judged' | 'failed'
  /** What it does now, or why it failed, or what the checks found, in a sentence. */
  sentence: string
  judged?: { verdict: Verdict; lines: string[]; report: string }
}

/** `isWhole`: all that a page needs which knows nothing; otherwise what is new. */
export type Frame = { isWhole: boolean; lanes: LaneFrame[] }

/** One order's journey: what happened to it, in the sequence in which it did. */
export type Story = {
  orderId: string
  planned: string
  events: { atMs: number; text: string }[]
  /** Of the services' logs. */
  log: string[]
}

/** `fate`: whether a redrive of its reason takes it. `order`: the number of its order, where it is of one that the lane sent. */
export type ShownDeadLetter = {
  id: string
  source: string
  reason: string
  detail: string
  attempts: number
  body: string
  order: number | null
  fate: 'redrive' | 'parked' | 'without-content'
}

/** `letters`: the newest of them. `reasons`: of all, with how many a redrive takes and how many it does not. */
export type DeadLetters = {
  total: number
  letters: ShownDeadLetter[]
  reasons: { reason: string; redrivable: number; parked: number; withoutContent: number }[]
}
