// The verbs of a timeline. A step is data: when, what, to whom. Most are the runtime's, `use` reaches what only one
// model can do.
import type { FaultsView } from '#common/contracts/http.ts'
import type { RawMessage } from '../run/history.ts'
import type { PlannedOrder } from '../load/orders.ts'
import type { Link } from './model.ts'
import { deleteJson, getJson, postJson } from '../run/http.ts'
import type { Runtime } from './runtime.ts'

/** What a condition sees. */
export type View = {
  /** Since the load began. */
  elapsedMs: number
  loadDone: boolean
  started: number
  decided: number
  notified: number
  deadLetters: number
  depths: Record<string, number>
  running(service: string): boolean
  /** How often each service died without being told to. */
  deaths(service: string): number
}

export type When = number | ((view: View) => boolean)

/** What a step can see and touch while it is performed. */
export type Stage = {
  planned: readonly PlannedOrder[]
  runtime: Runtime
  link: Link
  /** Faults as a service shows them; kept when it is killed, so that the bites are not forgotten. */
  rememberFaults(service: string): Promise<void>
  addRaw(messages: readonly RawMessage[]): void
}

export type Step = {
  /** Milliseconds since the load began, or a condition. */
  at: When
  verb: string
  target: string
  perform(stage: Stage): Promise<unknown>
}

/** A step without its time. */
export type Do = Omit<Step, 'at'>

/** `at(5_000, kill('inventory_service'))` */
export const at = (when: When, what: Do): Step => ({ at: when, ...what })

export const kill = (service: string): Do => ({
  verb: 'kill',
  target: service,
  async perform({ runtime, rememberFaults }) {
    await rememberFaults(service)
    await runtime.kill(service)
  },
})

/** Resolves when the service is healthy. */
export const start = (service: string): Do => ({
  verb: 'start',
  target: service,
  perform: ({ runtime }) => runtime.start(service),
})

/** Deletes all that a killed service kept: its store, and what it wrote beside it. */
export const wipe = (service: string): Do => ({
  verb: 'wipe',
  target: service,
  perform: ({ runtime }) => runtime.wipe(service),
})

/** SIGSTOP: it hangs, with its connections open. */
export const pause = (service: string): Do => ({
  verb: 'pause',
  target: service,
  perform: ({ runtime }) => runtime.pause(service),
})

export const resume = (service: string): Do => ({
  verb: 'resume',
  target: service,
  perform: ({ runtime }) => runtime.resume(service),
})

/** Switches faults of a service on, or off with null. */
export const fault = (service: string, settings: Record<string, unknown>): Do => ({
  verb: 'fault',
  target: service,
  async perform({ runtime }) {
    await postJson(`${runtime.url(service)}/faults`, settings)
    return settings
  },
})

export const heal = (service: string): Do => ({
  verb: 'heal',
  target: service,
  perform: async ({ runtime }) => (await deleteJson(`${runtime.url(service)}/faults`)) as FaultsView,
})

type Args = Record<string, unknown>

/** A verb of the model's own link. `raw` names the messages that it sends past the client's door. */
export const use = (
  verb: string,
  args: Args | ((stage: Stage) => Args),
  raw: (stage: Stage) => RawMessage[] = () => [],
): Do => ({
  verb,
  target: 'broker',
  async perform(stage) {
    const perform = stage.link.verbs[verb]
    if (!perform)
      throw new Error(`this model has no verb "${verb}"; it has: ${Object.keys(stage.link.verbs).join(', ')}`)
    stage.addRaw(raw(stage))
    return perform(typeof args === 'function' ? args(stage) : args)
  },
})

/** Asks a service for a page that only it has, and keeps it in the history. */
export const read = (service: string, path: string): Do => ({
  verb: 'read',
  target: service,
  perform: ({ runtime }) => getJson(`${runtime.url(service)}${path}`),
})
