// The JSON of a run: inputs beside numbers beside verdicts. Tables and pictures are rendered from it alone.
import type { CheckResult, Verdict } from '../checks/check.ts'
import type { BrokerKind } from '../experiment/model.ts'
import type { Script } from '../experiment/script-format.ts'

export const PROFILES = ['smoke', 'quick', 'full'] as const
/**
 * `full` has the values that the lab stands for; `quick` is the same with shorter waits, for tests. `smoke` shows in a minute that
 * everything works here: the models run side by side, so that its verdicts count and its times do not.
 */
export type Profile = (typeof PROFILES)[number]

/** Of a comparison: what it says is numbers. */
export type ComparedProfile = Exclude<Profile, 'smoke'>

/** Numbers of a profile, with their units in their names. */
export type Settings = Record<string, number>

/** A number, or null with the reason in `note`. `atLeast`: attempts without an answer count at their deadline. */
export type Measure = {
  variant: string
  name: string
  unit: string
  value: number | null
  atLeast?: boolean
  note?: string
}

/** A curve: `points` are [seconds since the load began, value]. */
export type Series = { variant: string; name: string; unit: string; points: [number, number][] }

/** A moment or a span of the timeline, in seconds since the load began. */
export type Mark = { variant: string; label: string; fromSeconds: number; toSeconds?: number }

/** Where a result stands in a comparison: the same fault and rate for all models, `repeat` counts from 1. */
export type Cell = { scenario: string; ordersPerSecond: number; repeat: number }

/**
 * The orders of a variant, for a picture of each of them. `points`, one per order: [seconds of its planned start since the
 * load began, ms until the answer, ms until it was completed, its answer as an index of `kinds`]; null where there was
 * none. Of more than 2,000 orders there is a density instead: [column, row, orders] with columns of `secondsPerColumn`
 * and rows of a decade's `rowsPerDecade`th part, row 0 beginning at 1 ms.
 */
export type Orders = {
  variant: string
  kinds: string[]
  points?: [number, number | null, number | null, number][]
  density?: {
    secondsPerColumn: number
    rowsPerDecade: number
    accepted: [number, number, number][]
    completed: [number, number, number][]
  }
  /** How often each kind of answer was given to the orders planned in each second: [second, orders] of each kind. */
  answers: { kind: string; perSecond: [number, number][] }[]
}

/** Latency at some shares of the orders, 0 to 1, as far as ten samples lie beyond: [share, ms, 1 if "at least"]. */
export type Quantiles = { variant: string; latency: string; points: [number, number, 0 | 1][] }

/** Measures of a variant whose values follow from what was planted, by name, each with its arithmetic: `10,000 orders ÷ 500/s`. */
export type SetByFault = Readonly<Record<string, string>>

export type VariantFacts = {
  name: string
  about: string
  /** Environment of services beyond the model's own, by service. */
  environment: Record<string, Record<string, string>>
  /** Where an accepted order is when the client has its answer, where that is not as the model has it. */
  durability?: string
  /** How orders arrive. Absent: evenly. */
  arrivals?: 'poisson'
  /** Why it was measured before and that was thrown away, once for each time. */
  discarded?: string[]
  /** The safeguard that is left out on purpose: what is found then is shown, and is no failure of the model. */
  disabledSafeguard?: string
  /** Absent from results of older versions. */
  setByFault?: SetByFault
}

export type Result = {
  model: string
  experiment: string
  title: string
  question: string
  profile: Profile
  settings: Settings
  variants: VariantFacts[]
  durability: string
  /** How many orders a service works on at once, where a variant's environment names no other number. */
  concurrency: number
  verdict: Verdict
  checks: (CheckResult & { variant: string })[]
  measures: Measure[]
  columns: readonly string[]
  series: Series[]
  marks: Mark[]
  orders?: Orders[]
  quantiles?: Quantiles[]
  /** Only of a comparison. */
  cell?: Cell
  /** What was done, where that is no experiment of the lab's. */
  script?: Script
  explanation: string[]
  seconds: number
  /** Cores that other programs used meanwhile; absent where that is not known, as with brokers and services that the lab did not start as its processes. */
  othersCores?: number
  /** Why it could not be finished, in one sentence; absent when it was. */
  failure?: string
}

export type Comparison = {
  models: string[]
  /** What each model declares of itself. */
  features: Record<string, string[]>
  scenarios: string[]
  /** Of the healthy runs, in orders per second. */
  rates: number[]
  /** How often each fault is run, and each healthy rate. */
  repeat: number
  healthyRepeat: number
  /** Brokers that the user gave by address: what would harm them is not run. */
  externalBrokers?: readonly BrokerKind[]
  /** Faults in the order in which they are shown; `without` says, by model, why it has no counterpart of one. */
  about: { name: string; title: string; asks: string; caveat?: string; without: Record<string, string> }[]
}

/** Raised when an older summary can no longer be read: checks or measures are named or counted otherwise. */
export const SUMMARY_FORMAT = 2

export type Summary = {
  format: typeof SUMMARY_FORMAT
  run: string
  /** The version of the lab that wrote it; absent from older versions, which did not name themselves. */
  lab?: string
  startedAt: string
  seed: number
  profile: Profile
  runtime: string
  machine: { system: string; cpu: string; cores: number; memoryGb: number; node: string }
  brokers: Record<string, { source: string; version: string }>
  /** The CPUs of the load generator, and those of services and of brokers from packages; absent where nothing was pinned. */
  cpus?: { generator: string; services: string }
  /** Ids of all that was to be run, absent from older versions: where results are fewer, the run was stopped. */
  requested?: string[]
  /** Of the command line, as they were typed: each is judged in every result that it is about. */
  thresholds?: string[]
  results: Result[]
  seconds: number
  /** What a comparison was to do, so that it can be resumed. */
  comparison?: Comparison
}
