// The steps of a timeline. A step is data: when, which action, on which target. Most actions are the runtime's; `operation`
// is what only one model can do.
import { deadlineIn } from '#common/contracts/clock.ts'
import { explain } from '#common/contracts/errors.ts'
import type { FaultsView } from '#common/contracts/http.ts'
import type { RawMessage } from '../run/history.ts'
import type { PlannedOrder } from '../load/orders.ts'
import type { BrokerInspector, Operations } from './model.ts'
import { deleteJson, getJson, postJson } from '../run/http.ts'
import { type BulkRedrive, fatesOf, redriveAll } from './redrive.ts'
import type { Runtime } from './runtime.ts'

/** What a condition of the timeline is given. */
export type Progress = {
  /** Since the load began. */
  elapsedMs: number
  loadDone: boolean
  started: number
  decided: number
  notified: number
  deadLetters: number
  depths: Record<string, number>
  running(service: string): boolean
  /** How often each service died without a requested stop. */
  deaths(service: string): number
}

/** Nothing waits at the broker. A failed probe has no depths, and says nothing. */
export const isDrained = ({ depths }: Pick<Progress, 'depths'>): boolean => {
  const waiting = Object.values(depths)
  return waiting.length > 0 && waiting.every(depth => depth === 0)
}

export type When = number | ((progress: Progress) => boolean)

/** What a step can see and touch while it is performed. */
export type StepContext = {
  planned: readonly PlannedOrder[]
  runtime: Runtime
  inspector: BrokerInspector
  /** Faults as a service shows them; kept when it is killed, so that its injections still count. */
  recordInjections(service: string): Promise<void>
  addRaw(messages: readonly RawMessage[]): void
}

export type Step = {
  /** Milliseconds since the load began, or a condition. */
  at: When
  action: string
  target: string
  run(context: StepContext): Promise<unknown>
}

/** Steps that break something, and the step that ends each. */
export const ENDS: Readonly<Record<string, string>> = {
  kill: 'start',
  pause: 'resume',
  isolate: 'resume',
  alarm: 'resume',
  fault: 'heal',
}

/** A step without its time. */
export type Action = Omit<Step, 'at'>

/** `at(5_000, kill('inventory_service'))` */
export const at = (when: When, what: Action): Step => ({ at: when, ...what })

export const kill = (service: string): Action => ({
  action: 'kill',
  target: service,
  async run({ runtime, recordInjections }) {
    await recordInjections(service)
    await runtime.kill(service)
  },
})

const control =
  (action: 'start' | 'wipe' | 'pause' | 'isolate' | 'alarm' | 'resume') =>
  (service: string): Action => ({ action, target: service, run: ({ runtime }) => runtime[action](service) })

/** Resolves when the service is healthy. */
export const start = control('start')
/** Deletes all that a killed service kept: its store, and what it wrote beside it. */
export const wipe = control('wipe')
/** SIGSTOP: it hangs, with its connections open. */
export const pause = control('pause')
/** As if its host were gone: what is sent to it is dropped. Ended by `resume`. */
export const isolate = control('isolate')
/** RabbitMQ's memory alarm: it takes nothing from publishers. Ended by `resume`. */
export const alarm = control('alarm')
export const resume = control('resume')

/** Switches faults of a service on, or off with null. */
export const fault = (service: string, settings: Record<string, unknown>): Action => ({
  action: 'fault',
  target: service,
  async run({ runtime }) {
    await postJson(`${runtime.url(service)}/faults`, settings)
    return settings
  },
})

export const heal = (service: string): Action => ({
  action: 'heal',
  target: service,
  run: async ({ runtime }) => (await deleteJson(`${runtime.url(service)}/faults`)) as FaultsView,
})

type Args = Record<string, unknown>

/**
 * An operation of this model's broker inspector; `operation<OwnOperations>(…)` lets the compiler check the name.
 * `raw` lists the messages that it sends without a client's request.
 */
export const operation = <Own extends Operations = Operations>(
  name: keyof Own & string,
  args: Args | ((context: StepContext) => Args),
  raw: (context: StepContext) => RawMessage[] = () => [],
): Action => ({
  action: name,
  target: 'broker',
  async run(context) {
    const { operations } = context.inspector
    const perform = operations[name]
    if (!perform)
      throw new Error(`this model has no operation "${name}"; it has: ${Object.keys(operations).join(', ')}`)
    context.addRaw(raw(context))
    return perform(typeof args === 'function' ? args(context) : args)
  },
})

/** Less than a lane waits for a step. */
const REDRIVE_MS = 60_000

/**
 * Redrives dead letters of one reason; what is not reached within a minute stays a dead letter. Where it was stopped behind the first of
 * them its result says why: what was sent is done.
 */
export const redrive = (request: BulkRedrive): Action => ({
  action: 'redrive',
  target: 'broker',
  async run({ inspector }) {
    const { reason } = request
    const fates = fatesOf(await inspector.deadLetters(), request)
    const { signal, clear } = deadlineIn(REDRIVE_MS)
    let redriven = 0
    try {
      await redriveAll(inspector, fates, request, { signal, onRedriven: done => (redriven = done) })
      return { reason, redriven }
    } catch (error) {
      if (redriven === 0) throw error
      return { reason, redriven, stopped: explain(error) }
    } finally {
      clear()
    }
  },
})

/** Reads a page that only this service has, and keeps it in the history. */
export const read = (service: string, path: string): Action => ({
  action: 'read',
  target: service,
  run: ({ runtime }) => getJson(`${runtime.url(service)}${path}`),
})
