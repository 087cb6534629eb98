// An experiment is a value: a question, settings by profile, variants that are measured in one run, and what to say.
// No timers and no services in it: the engine does what it names.
import type { Check, CheckResult } from '../checks/check.ts'
import type { History } from '../run/history.ts'
import type { Follow } from '../load/follow.ts'
import type { MixOptions } from '../load/mix.ts'
import type { Arrivals, Arrive, PlannedStart } from '../load/plan.ts'
import type { Retry } from '../load/retry.ts'
import type { Model } from './model.ts'
import type { Measure, Profile, Series, SetByFault, Settings } from '../run/summary.ts'
import type { Action, Step, Progress } from './steps.ts'

export type Load = {
  /** Orders that are measured. */
  orders: number
  ordersPerSecond: number
  /** Orders before them at the same rate: judged like all others, but of the measures only depths count them. */
  warmUpOrders?: number
  /** An attempt without an answer ends then, and is unknown. */
  deadlineMs: number
  /** Kitchens and the share of orders that must fail. */
  mix?: Omit<MixOptions, 'count'>
  /** Each order has a note of so many characters; by default it has none. */
  noteChars?: number
  /** How a client learns what became of an order that was accepted; by default it does not ask. */
  follow?: Follow
  /** How a client tries again that was refused or not answered; by default it does not. */
  retry?: Retry
  /** How orders arrive; `uniform` by default. */
  arrivals?: Arrivals
  /** Other starts than one per order at a steady rate; `arrive` makes a stretch of them. */
  plan?(orders: number, ordersPerSecond: number, arrive: Arrive): PlannedStart[]
}

export type Variant = {
  name: string
  about: string
  load: Load
  /** Environment of services beyond the model's own, by service. */
  environment?: Record<string, Record<string, string>>
  /** On brokers with the settings that they are shipped with, in place of those that the lab has tuned. */
  asShipped?: true
  /** Services that are started again when they die. */
  supervised?: readonly string[]
  /** Performed one after the other, before the load begins. */
  before?: readonly Action[]
  /** Run in this order, each when its time or condition is met. With a timeline, even an empty one, depths are sampled. */
  timeline?: readonly Step[]
  /** What pictures mark instead of the timeline's steps, in milliseconds since the load began. */
  spans?: readonly { label: string; fromMs: number; toMs: number }[]
  /** What must hold, beyond every order being decided and notified, before the evidence is read. */
  completeWhen?(progress: Progress): boolean
  /** How long after the load and the timeline it may take until the system is quiescent. */
  quiescenceMs: number
  /** Both as in `VariantFacts`. */
  durability?: string
  disabledSafeguard?: string
  /** How often a full run repeats the variant when its generator was late, where its latency is in question; 0 by default. */
  againWhenLate?: number
  /** Measure what the services and brokers use: CPU, bytes written, memory (analysis/resource-usage.ts). */
  measuresUsage?: boolean
  checks: readonly Check[]
  /** What its measures have to be, such as `completed p99 < 500 ms`; each is judged as a check. */
  thresholds?: readonly string[]
  /**
   * The measures that follow from the numbers of the fault and the load, such as a delay, a throttle or the length of an outage,
   * whatever the model does. They are marked, and never ranked. How many orders are requested is an input, and is not one of them.
   */
  setByFault?: SetByFault
  /** What this experiment measures beyond what every one does. */
  measures?(history: History): Omit<Measure, 'variant'>[]
  /** Curves beyond backlog and depths. */
  series?(history: History): Omit<Series, 'variant'>[]
}

/** A variant with what was found, for the sentences. */
export type VariantResult = { variant: Variant; history: History; measures: Measure[]; checks: CheckResult[] }

export type Experiment<Values extends Settings = Settings> = {
  model: Model
  title: string
  question: string
  /** What it does, in one or two sentences. */
  does: string
  profiles: Record<Profile, Values>
  variants(settings: Values): Variant[]
  /** Run before all variants, and thrown away: a broker that has just started would make whatever is first dearer. */
  warmUp?(settings: Values): Variant | undefined
  /** Which variant is run first, by its position from 0, counted round; the others follow. All are shown as they are declared. */
  begins?: number
  /** The measures that its table shows, by name, in this order; a percentile only where a variant has enough orders for it. */
  columns: readonly string[]
  /** Whether its picture shows each order. */
  showsOrders?: boolean
  /** Checks that compare variants. */
  compare?(results: readonly VariantResult[]): CheckResult[]
  /** Measures that follow from several variants; each belongs to one of them. None where a variant could not be finished. */
  acrossVariants?(results: readonly VariantResult[]): Measure[]
  /** One or two sentences computed from the numbers. */
  explain(results: readonly VariantResult[]): string[]
}

/** Only for the types. */
export const defineExperiment = <Values extends Settings>(experiment: Experiment<Values>): Experiment<Values> =>
  experiment

/** That all of these measures have one arithmetic. */
export const setBy = (arithmetic: string, ...measures: readonly string[]): SetByFault =>
  Object.fromEntries(measures.map(name => [name, arithmetic]))

/** A number of an arithmetic: `10,000`. */
export const thousands = (value: number): string => value.toLocaleString('en-US')
