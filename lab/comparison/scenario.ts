// A scenario of the comparison is a value: one load for all models, and a disruption of each model during it.
import type { Check } from '#engine/checks/check.ts'
import type { ComparableModel, Configuration } from '#engine/experiment/comparison-adapter.ts'
import type { Load, VariantResult } from '#engine/experiment/define.ts'
import type { History } from '#engine/run/history.ts'
import type { Role } from '#engine/experiment/model.ts'
import type { Span } from '#engine/load/plan.ts'
import type { ComparedProfile, Measure, SetByFault, Settings } from '#engine/run/summary.ts'
import { at, type Action, type Step } from '#engine/experiment/steps.ts'

/** Of every scenario; the others are its own. */
export type ScenarioSettings = Settings & { ordersPerSecond: number }

export type Disruption = {
  /** The name of the span in pictures, where the steps of the timeline do not give one. */
  label?: string
  /** Absent where the scenario does not affect incoming orders. */
  span?: Span
  /** As of a variant. */
  before?: readonly Action[]
  timeline?: readonly Step[]
  /** Of services, by service, beyond that of each configuration. */
  environment?: Configuration['environment']
  /** How requests may be answered all the time, because the services are set so; what a fault may do each configuration says. */
  mayAnswer?: readonly string[]
  /** Preconditions: the disruption really took place. */
  seen: readonly Check[]
  /** As of a variant. */
  setByFault?: SetByFault
  /** Beyond those of every scenario. */
  measures?(history: History): Omit<Measure, 'variant'>[]
  /** In place of the scenario's load, where this model's clients cause the disruption themselves. */
  plan?: Load['plan']
}

/** One of several ways in which a scenario is run: a variant by this name, with what is other in its load, or so many further readers. */
export type Way = { name: string; about?: string; load?: Partial<Load>; readers?: number }

/** What is known of a variant beside its history. */
export type Evaluated = Pick<VariantResult, 'measures' | 'checks'> & { variant: { name: string } }

export type Scenario<Values extends ScenarioSettings = ScenarioSettings> = {
  name: string
  /** True of every profile. */
  title: string
  /** The title of a run, where it can name a number of the profile's settings. */
  titleAt?(settings: Values): string
  asks: string
  /** What a reader must know to interpret the numbers. */
  caveat?: string
  profiles: Record<ComparedProfile, Values>
  /** Which further configurations of each model run beside the main one. */
  variants?: Configuration['illustrates']
  /** Nothing is broken in it: what is measured is time and resources. */
  isUndisturbed?: true
  /** It is run only where it is named, or by the profile that runs all. */
  isOptional?: boolean
  /** Ways in which each configuration is run, such as with orders of another size or more readers; the first stands for the model. */
  ways?(settings: Values): readonly Way[]
  /** Its ways are of clients that follow an accepted order: a configuration whose answer carries the outcome is run once, as it is. */
  hasFollowers?: true
  /** So many orders a broker is warmed up with before all variants, as fast as that. */
  brokerWarmUp?(settings: Values): Pick<Load, 'orders' | 'ordersPerSecond'>
  /** Whether orders may fail for the reasons that a model names. */
  mayFail?: boolean
  /** The measures of its table, where they are not those of every scenario. */
  columns?: readonly string[]
  load(settings: Values): Pick<Load, 'orders' | 'warmUpOrders' | 'plan' | 'mix'>
  /** Or, in a sentence, why the model does not support the scenario. @param way one of `ways` */
  disrupt(model: ComparableModel, settings: Values, way?: Pick<Way, 'readers'>): Disruption | string
  /** As of an experiment. */
  acrossVariants?(results: readonly Evaluated[]): Measure[]
  /** A few sentences about a cell, where they are not those of every scenario. */
  explain?(results: readonly Evaluated[], model: string): string[]
}

export const defineScenario = <Values extends ScenarioSettings>(scenario: Scenario<Values>): Scenario<Values> =>
  scenario

/** The service of a model that has this role. @throws Error when there is none */
export function serviceOf({ name, services }: ComparableModel, role: Role): string {
  const service = services.find(each => each.role === role)
  if (service) return service.name
  throw new Error(`${name} has no service for ${role}`)
}

/** A fault that begins and ends: two steps, and the time between them. */
export const between = (span: Span, begin: Action, end: Action): Pick<Disruption, 'span' | 'timeline'> => ({
  span,
  timeline: [at(span.fromMs, begin), at(span.toMs, end)],
})

/** Orders at a steady rate before, during and after the fault; the first half of those before it are to warm up. */
export function around({
  ordersPerSecond,
  beforeMs,
  faultMs,
  afterMs,
}: AroundSettings): Pick<Load, 'orders' | 'warmUpOrders'> {
  const count = (ms: number) => Math.round((ordersPerSecond * ms) / 1_000)
  const warmUpOrders = count(beforeMs / 2)
  return { warmUpOrders, orders: count(beforeMs + faultMs + afterMs) - warmUpOrders }
}

export type AroundSettings = ScenarioSettings & { beforeMs: number; faultMs: number; afterMs: number }

export const spanOf = ({ beforeMs, faultMs }: AroundSettings): Span => ({ fromMs: beforeMs, toMs: beforeMs + faultMs })
