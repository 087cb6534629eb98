// The fault injector of a service: off unless `LAB_FAULTS=on`, and then switched by its environment or by `/faults`.
// Guarantees: a fault variable without `LAB_FAULTS=on` refuses the start; with faults off nothing is wrapped, a crash point
// does nothing, and there is no route.
import { Type, type Static } from '../contracts/type.ts'
import { explain, LabError } from '../contracts/errors.ts'
import { FaultSettings, FaultsView } from '../contracts/http.ts'
import { closedObject, parse } from '../contracts/parse.ts'
import { ConfigError, type Environment } from '../service/config.ts'
import type { Handler } from '../service/handler.ts'
import type { Server } from '../service/http-server.ts'
import type { Occupancy, Places } from '../service/occupancy.ts'
import { answers } from '../service/openapi.ts'
import type { Fault, FaultSwitch } from './faults.ts'

/** A named point between two steps of one piece of work, at which the process ends (SIGKILL) when the lab requests it. */
export type CrashPoint = () => void

/** `after`: the pass that ends the process; the first is 1. */
const CrashSetting = closedObject({
  point: Type.String({ minLength: 1 }),
  after: Type.Integer({ minimum: 1 }),
})

type Switchable = Pick<Fault, 'name' | 'schema' | 'variable' | 'fromText'>

/** Crash points are switched like a fault, but put in where the service is composed. */
const crash: Switchable = {
  name: 'crash',
  schema: CrashSetting,
  variable: 'CRASH_AT',
  /** `INVENTORY_CRASH_AT=commit-ack` or `commit-ack:10`. */
  fromText(text) {
    const [point, after = '1'] = text.split(':')
    return { point, after: Number(after) }
  },
}

export type FaultInjector = {
  on: boolean
  /** Puts every fault of this service around the handler, the first outermost. */
  wrap<In, Out>(handler: Handler<In, Out>): Handler<In, Out>
  crashPoint(name: string): CrashPoint
  /** Some fault is set now, or a crash point. */
  isActive(): boolean
  /** For a fault that is put in by hand, because it does not wrap a handler. */
  switchOf(fault: Fault): FaultSwitch<unknown>
  /** Sets faults by name; null switches one off. @throws LabError `malformed`; then no fault was changed. */
  set(settings: Record<string, unknown>): void
  clear(): void
  view(): FaultsView
  /** Resolves when the background work of the faults has ended. */
  idle(): Promise<void>
}

/** What can be broken in one service. `role` begins the names of its variables: `INVENTORY_DELAY_MS`. */
export type ServiceFaults = { role: string; faults: readonly Fault[]; crashPoints: readonly string[] }

type Parts = ServiceFaults & { environment: Environment; occupancy: Pick<Occupancy, 'places'> }

type State = {
  /** Settings of the faults that are on, by name. */
  active: Map<string, unknown>
  injections: Map<string, number>
  /** How often each crash point was passed since it was set. */
  passes: Map<string, number>
  background: Set<Promise<void>>
  listeners: Map<string, (isOn: boolean) => void>
  /** Where faults make work wait, by fault. */
  places: Map<string, Places>
  occupancy: Parts['occupancy']
}

/** @throws ConfigError when a variable is wrong, or is set without `LAB_FAULTS=on`. */
export function createFaultInjector({ role, environment, occupancy, faults, crashPoints }: Parts): FaultInjector {
  const on = isOn(environment)
  const counts = { injections: new Map(), passes: new Map() }
  const state: State = {
    ...counts,
    active: new Map(),
    background: new Set(),
    listeners: new Map(),
    places: new Map(),
    occupancy,
  }
  const known: readonly Switchable[] = crashPoints.length > 0 ? [...faults, crash] : faults

  function set(settings: Record<string, unknown>): void {
    const checked = Object.entries(settings).map(([name, value]) => checkSetting(known, crashPoints, name, value))
    for (const { name, setting } of checked) {
      const wasOn = state.active.delete(name)
      if (name === crash.name) state.passes.clear()
      if (setting !== undefined) state.active.set(name, setting)
      const isNowOn = setting !== undefined
      if (isNowOn !== wasOn) state.listeners.get(name)?.(isNowOn)
    }
  }
  if (on) for (const fault of faults) fault.begin?.(switchIn(state, fault.name))
  for (const fault of known) setFromEnvironment(`${role}_${fault.variable}`, fault, { on, environment, set })

  const switchOf = ({ name }: Fault): FaultSwitch<unknown> => switchIn(state, name)
  return {
    on,
    wrap<In, Out>(handler: Handler<In, Out>): Handler<In, Out> {
      if (!on) return handler
      // Faults read no more of the work than a few named fields, so they need not know its type.
      const inner = handler as Handler<unknown, unknown>
      return faults.reduceRight((next, fault) => fault.wrap(next, switchOf(fault)), inner) as Handler<In, Out>
    },
    crashPoint(name) {
      checkPoint(name, crashPoints)
      return on ? () => passCrashPoint(state, name) : () => {}
    },
    set,
    switchOf,
    isActive: () => state.active.size > 0,
    clear: () => set(Object.fromEntries([...state.active.keys()].map(name => [name, null]))),
    idle: async () => void (await Promise.all(state.background)),
    view: () => Object.fromEntries(known.map(({ name }) => [name, viewIn(state, name)])),
  }
}

function isOn({ LAB_FAULTS }: Environment): boolean {
  if (!LAB_FAULTS || LAB_FAULTS === 'off') return false
  if (LAB_FAULTS === 'on') return true
  throw new ConfigError(`LAB_FAULTS is "${LAB_FAULTS}"; expected on or off`)
}

/** `setting` is undefined for a fault that is switched off. */
function checkSetting(known: readonly Switchable[], crashPoints: readonly string[], name: string, value: unknown) {
  const fault = known.find(candidate => candidate.name === name)
  if (!fault)
    throw new LabError('malformed', `there is no fault "${name}"; there are: ${known.map(f => f.name).join(', ')}`)
  if (value === null) return { name, setting: undefined }
  const setting: unknown = parse(fault.schema, value, name)
  if (name === crash.name) checkPoint(parse(CrashSetting, value).point, crashPoints)
  return { name, setting }
}

function checkPoint(point: string, points: readonly string[]): void {
  if (!points.includes(point))
    throw new LabError('malformed', `there is no crash point "${point}"; there are: ${points.join(', ')}`)
}

function setFromEnvironment(
  variable: string,
  { name, fromText }: Switchable,
  { on, environment, set }: Pick<FaultInjector, 'on' | 'set'> & { environment: Environment },
): void {
  const value = environment[variable]
  if (!value) return
  if (!on) throw new ConfigError(`${variable} is set but faults are off; set LAB_FAULTS=on too, or unset it`)
  try {
    set({ [name]: fromText(value) })
  } catch (error) {
    throw new ConfigError(`${variable} is "${value}": ${explain(error)}`)
  }
}

const switchIn = (
  { active, injections, background, listeners, places, occupancy }: State,
  name: string,
): FaultSwitch<unknown> => ({
  setting: () => active.get(name),
  injected: () => void injections.set(name, (injections.get(name) ?? 0) + 1),
  places() {
    const known = places.get(name) ?? occupancy.places(name, 1)
    places.set(name, known)
    return known
  },
  onSwitch: listener => void listeners.set(name, listener),
  inBackground(work) {
    background.add(work)
    void work.finally(() => background.delete(work))
  },
})

const viewIn = ({ active, injections }: State, name: string) => ({
  setting: active.get(name) ?? null,
  injections: injections.get(name) ?? 0,
})

function passCrashPoint({ active, passes }: State, name: string): void {
  const setting = active.get(crash.name) as Static<typeof CrashSetting> | undefined
  if (setting?.point !== name) return
  passes.set(name, (passes.get(name) ?? 0) + 1)
  if (passes.get(name) === setting.after) process.kill(process.pid, 'SIGKILL')
}

/**
 * `/faults`: GET shows each fault, its setting and how often it was injected; POST sets some (null switches one off); DELETE
 * clears all. POST and DELETE answer when the background work of the faults has ended.
 */
export function faultRoutes(server: Server, injector: FaultInjector): void {
  if (!injector.on) return
  const response = answers({ 200: { description: 'the faults as they stand', schema: FaultsView } })
  server.get('/faults', { schema: { response } }, () => injector.view())
  server.post<{ Body: FaultSettings }>('/faults', { schema: { body: FaultSettings, response } }, async request => {
    injector.set(request.body)
    await injector.idle()
    return injector.view()
  })
  server.delete('/faults', { schema: { response } }, async () => {
    injector.clear()
    await injector.idle()
    return injector.view()
  })
}
