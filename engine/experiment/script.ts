// What a script does to a model, and the experiment that it is.
import type { Excuse, MayAnswer } from '../checks/service.ts'
import { checksFor } from '../checks/checks.ts'
import type { PlannedStart } from '../load/plan.ts'
import type { ComparableModel, Configuration } from './comparison-adapter.ts'
import type { Experiment } from './define.ts'
import type { Model } from './model.ts'
import type { Script, ScriptAction, Target } from './script-format.ts'
import { type Action, at, fault, heal, isolate, kill, pause, resume, start } from './steps.ts'

/** Seconds that a client waits for its answer, and a run for its end. */
export const DEADLINE_MS = 5_000
export const QUIESCENCE_MS = 60_000

/** The service or broker of a model that is meant. */
export function nameOf(model: Model, target: Target): string | undefined {
  return target === 'broker' ? model.brokers[0] : model.services.find(({ role }) => role === target)?.name
}

const CONTROLS = { kill, start, pause, resume, isolate, heal }

/**
 * What a step does to a model; undefined where it does nothing to it: the load's own steps, and targets that it does not have.
 * @param nth which poison it is, from 0
 */
export function actionOf(model: ComparableModel, step: ScriptAction, nth = 0): Action | undefined {
  const { duplicator, poison } = model.comparison
  if (step.action === 'start-duplicator') return duplicator.start
  if (step.action === 'stop-duplicator') return duplicator.stop
  if (step.action === 'poison') return poison.send(nth)
  if (!('target' in step)) return undefined
  const name = nameOf(model, step.target)
  if (name === undefined) return undefined
  return step.action === 'fault' ? fault(name, step.settings) : CONTROLS[step.action](name)
}

/** When orders start, in milliseconds since the load began: evenly at each rate, and all of a burst at once. */
export function startsOf({ steps, seconds }: Pick<Script, 'steps' | 'seconds'>): number[] {
  const endMs = seconds * 1_000
  const starts: number[] = []
  const rates = steps.filter(step => step.action === 'rate')
  for (const [nth, { atMs, ordersPerSecond }] of rates.entries()) {
    const untilMs = Math.min(endMs, rates[nth + 1]?.atMs ?? endMs)
    const count = Math.ceil(((untilMs - atMs) * ordersPerSecond) / 1_000)
    for (let order = 0; order < count; order++) starts.push(atMs + (order * 1_000) / ordersPerSecond)
  }
  for (const step of steps)
    if (step.action === 'burst' && step.atMs <= endMs) starts.push(...Array(step.orders).fill(step.atMs))
  return starts.sort((one, other) => one - other)
}

/** What a broken order service does to requests, whichever model it is of. */
const OF_ENTRY = ['refused', 'reset', 'deadline', 'unavailable', 'deadline-passed', 'handler-failed', 'store-failed']
const BREAKS = ['kill', 'pause', 'isolate', 'fault']

/** How requests may be answered under any step. Rates are whatever somebody sets, so too many orders are refused at any time. */
export function mayAnswerOf(model: ComparableModel, { mayAnswer }: Pick<Configuration, 'mayAnswer'>): MayAnswer {
  const paused: Excuse[] = mayAnswer
    .filter(({ actions }) => actions.includes('kill'))
    .map(excuse => ({ ...excuse, actions: ['pause'] }))
  return {
    duringFault: [{ actions: BREAKS, target: model.entry, answers: OF_ENTRY }, ...mayAnswer, ...paused],
    always: ['overloaded'],
  }
}

/** The configuration that the script names, or the first one. @throws RangeError with those that there are */
export function configurationOf({ name, comparison }: ComparableModel, script: Pick<Script, 'configurations'>) {
  const [first] = comparison.configurations
  const wanted = script.configurations[name] ?? first.name
  const found = comparison.configurations.find(configuration => configuration.name === wanted)
  if (found) return found
  const known = comparison.configurations.map(configuration => configuration.name).join(', ')
  throw new RangeError(`${name} has no configuration "${wanted}"; it has: ${known}.`)
}

/** @throws RangeError as `configurationOf` */
export function scriptedExperiment(model: ComparableModel, script: Script): Experiment {
  const configuration = configurationOf(model, script)
  const starts = startsOf(script)
  const settings = { orders: starts.length, seconds: script.seconds }
  const { environment, durability, disabledSafeguard, asShipped } = configuration
  const reasons = configuration.differs?.reasonsOfFaults ?? model.comparison.reasonsOfFaults
  let poisons = 0
  const timeline = script.steps.flatMap(step => {
    const what = actionOf(model, step, poisons)
    if (step.action === 'poison') poisons++
    return what ? [at(step.atMs, what)] : []
  })
  return {
    model,
    title: 'A script',
    question: 'What becomes of the orders when this is done to the model?',
    does: 'It sends the load of a script and performs its steps.',
    profiles: { smoke: settings, quick: settings, full: settings },
    variants: () => [
      {
        name: configuration.name,
        about: configuration.about,
        load: {
          orders: starts.length,
          ordersPerSecond: starts.length / script.seconds,
          deadlineMs: DEADLINE_MS,
          plan: () => starts.map((offsetMs, order): PlannedStart => ({ order, offsetMs })),
        },
        environment,
        timeline,
        quiescenceMs: QUIESCENCE_MS,
        durability,
        ...(disabledSafeguard && { disabledSafeguard }),
        ...(asShipped && { asShipped }),
        checks: checksFor({ reasons, answers: mayAnswerOf(model, configuration) }),
      },
    ],
    columns: COLUMNS,
    showsOrders: true,
    explain: () => [],
  }
}

const COLUMNS = [
  'requested',
  'availability',
  'accepted p50',
  'accepted p99',
  'known p50',
  'known p99',
  'lost',
  'duplicated',
  'oversold',
  'unknown',
]
