// What a script does to a model, and the experiment that it is.
import type { Excuse, MayAnswer } from '../checks/service.ts'
import { checksFor } from '../checks/checks.ts'
import type { FaultsView } from '#common/contracts/http.ts'
import type { PlannedStart } from '../load/plan.ts'
import { getJson } from '../run/http.ts'
import type { ComparableModel, Configuration } from './comparison-adapter.ts'
import type { Experiment } from './define.ts'
import type { Model } from './model.ts'
import type { Script, ScriptAction, Target } from './script-format.ts'
import { type Action, alarm, at, fault, heal, isolate, kill, pause, redrive, resume, start } from './steps.ts'

/** How long a client waits for its answer, and a run until all is quiet. */
export const DEADLINE_MS = 5_000
export const QUIESCENCE_MS = 60_000

/** The service or broker of a model that is meant. */
export function nameOf(model: Model, target: Target): string | undefined {
  return target === 'broker' ? model.brokers[0] : model.services.find(({ role }) => role === target)?.name
}

const CONTROLS = { kill, start, pause, resume, isolate, alarm, heal }

/** As it was done by hand, but on a service that is already as it is to be: a script finds another moment. */
const unlessSo = (action: Action, isSo: (running: boolean) => boolean): Action => ({
  ...action,
  run: async context => (isSo(context.runtime.running(action.target)) ? undefined : action.run(context)),
})

/** Faults have not the same names in each model: one that the service lacks is left out. */
const knownFault = (service: string, settings: Record<string, unknown>): Action => ({
  ...fault(service, settings),
  async run(context) {
    const known = (await getJson(`${context.runtime.url(service)}/faults`)) as FaultsView
    const own = Object.entries(settings).filter(([name]) => name in known)
    if (own.length === 0) return { leftOut: Object.keys(settings) }
    return fault(service, Object.fromEntries(own)).run(context)
  },
})

/**
 * What a step does to a model; undefined where it does nothing to it: the load's own steps, and targets that it does not have.
 * @param nth which poison it is, from 0
 */
export function actionOf(model: ComparableModel, step: ScriptAction, nth = 0): Action | undefined {
  const { duplicator, poison } = model.comparison
  if (step.action === 'start-duplicator') return duplicator.start
  if (step.action === 'stop-duplicator') return duplicator.stop
  if (step.action === 'poison') return poison.send(nth)
  if (step.action === 'redrive') return model.features.includes('dead-letters') ? redrive(step) : undefined
  if (!('target' in step)) return undefined
  const name = nameOf(model, step.target)
  if (name === undefined || (step.action === 'alarm' && name !== 'rabbitmq')) return undefined
  return step.action === 'fault' ? fault(name, step.settings) : CONTROLS[step.action](name)
}

/** How many orders a script sends. */
export const ordersOf = ({ steps, seconds }: Pick<Script, 'steps' | 'seconds'>): number =>
  stretchesOf({ steps, seconds }).reduce((orders, { count }) => orders + count, 0)

/** A rate, from when on, and how many orders it sends until the next one; a burst is one without a distance. */
function stretchesOf({ steps, seconds }: Pick<Script, 'steps' | 'seconds'>) {
  const endMs = seconds * 1_000
  const rates = steps.filter(step => step.action === 'rate')
  const even = rates.map(({ atMs, ordersPerSecond }, nth) => {
    const untilMs = Math.min(endMs, rates[nth + 1]?.atMs ?? endMs)
    const count = Math.max(0, Math.ceil(((untilMs - atMs) * ordersPerSecond) / 1_000))
    return { atMs, count, everyMs: 1_000 / ordersPerSecond }
  })
  const bursts = steps.flatMap(step =>
    step.action === 'burst' && step.atMs <= endMs ? [{ atMs: step.atMs, count: step.orders, everyMs: 0 }] : [],
  )
  return [...even, ...bursts]
}

/** When orders start, in milliseconds since the load began: evenly at each rate, and all of a burst at once. */
export const startsOf = (script: Pick<Script, 'steps' | 'seconds'>): number[] =>
  stretchesOf(script)
    .flatMap(({ atMs, count, everyMs }) =>
      Array.from({ length: count }, (_, nth) => atMs + (nth === 0 ? 0 : nth * everyMs)),
    )
    .sort((one, other) => one - other)

/** What a broken order service does to requests, whichever model it is of. */
const OF_ENTRY = ['refused', 'reset', 'deadline', 'unavailable', 'deadline-passed', 'handler-failed', 'store-failed']
const BREAKS = ['kill', 'pause', 'isolate', 'fault']

/** How requests may be answered under any step. Rates are whatever somebody sets, so too many orders are refused at any time. */
export function mayAnswerOf(
  model: ComparableModel,
  { mayAnswer, differs }: Pick<Configuration, 'mayAnswer' | 'differs'>,
): MayAnswer {
  const reasons = differs?.reasonsOfFaults ?? model.comparison.reasonsOfFaults
  const paused: Excuse[] = mayAnswer
    .filter(({ actions }) => actions.includes('kill'))
    .map(excuse => ({ ...excuse, actions: ['pause', 'alarm'] }))
  return {
    duringFault: [
      { actions: BREAKS, target: model.entry, answers: OF_ENTRY },
      // Its link may be cut, and then it is as if the services that it calls were gone.
      { actions: ['fault'], target: model.entry, answers: reasons },
      ...mayAnswer,
      ...paused,
    ],
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

/** `actionOf`, for a run that is not that of which the script was recorded. */
function repeatable(model: ComparableModel, step: ScriptAction, nth: number): Action | undefined {
  const what = actionOf(model, step, nth)
  if (!what) return undefined
  if (step.action === 'start') return unlessSo(what, running => running)
  if (step.action === 'kill') return unlessSo(what, running => !running)
  return step.action === 'fault' ? knownFault(what.target, step.settings) : what
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
    const what = repeatable(model, step, poisons)
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
