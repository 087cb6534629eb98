// The switchboard of a service's faults: off unless `LAB_FAULTS=on`, and then switched by environment or `/faults`.
// Guarantees: a fault variable without `LAB_FAULTS=on` refuses to start; with faults off nothing is wrapped.
import type { FaultsView } from '../contracts/http.ts'
import { parse } from '../contracts/parse.ts'
import { LabError } from '../contracts/errors.ts'
import { ConfigError, type Environment } from '../service/config.ts'
import type { Handler } from '../service/handler.ts'
import { crashFromText, CrashSetting, type CrashPoint } from './crash.ts'
import type { Fault, FaultSwitch } from './fault.ts'

const crash = { name: 'crash', schema: CrashSetting, variable: 'CRASH_AT', fromText: crashFromText }

export type FaultInjector = {
  on: boolean
  /** Puts every fault of this service around the handler, the first outermost. */
  wrap<In, Out>(handler: Handler<In, Out>): Handler<In, Out>
  crashPoint(name: string): CrashPoint
  /** For a fault that is put in by hand, since it spoils no handler's work. */
  switchOf(fault: Fault): FaultSwitch<unknown>
  /** Sets faults by name; null switches one off. @throws LabError `malformed`; then nothing was switched. */
  set(settings: Record<string, unknown>): void
  clear(): void
  view(): FaultsView
  /** Resolves when what faults have begun beside the work is over. */
  idle(): Promise<void>
}

/** What can be broken in one service. `role` begins the names of its variables: `INVENTORY_DELAY_MS`. */
export type ServiceFaults = { role: string; faults: readonly Fault[]; crashPoints: readonly string[] }

type Parts = Omit<ServiceFaults, 'crashPoints'> & { environment: Environment; crashPoints?: readonly string[] }

/** @throws ConfigError when a variable is wrong, or is there without `LAB_FAULTS=on`. */
export function createFaultInjector({ role, environment, faults, crashPoints = [] }: Parts): FaultInjector {
  const on = environment.LAB_FAULTS === 'on'
  if (!on && environment.LAB_FAULTS && environment.LAB_FAULTS !== 'off')
    throw new ConfigError(`LAB_FAULTS is "${environment.LAB_FAULTS}"; expected on or off`)
  const active = new Map<string, unknown>()
  const injections = new Map<string, number>()
  const known = crashPoints.length > 0 ? [...faults, crash] : faults
  const passes = new Map<string, number>()
  const beside = new Set<Promise<void>>()

  function set(settings: Record<string, unknown>): void {
    const checked = Object.entries(settings).map(([name, value]) => {
      const fault = known.find(candidate => candidate.name === name)
      if (!fault)
        throw new LabError('malformed', `there is no fault "${name}"; there are: ${known.map(f => f.name).join(', ')}`)
      if (value === null) return [name, undefined] as const
      const setting = parse(fault.schema, value, name)
      if (name === crash.name) checkPoint(parse(CrashSetting, value).point, crashPoints)
      return [name, setting] as const
    })
    for (const [name, setting] of checked) {
      active.delete(name)
      if (name === 'crash') passes.clear()
      if (setting !== undefined) active.set(name, setting)
    }
  }

  for (const { name, variable, fromText } of known) {
    const value = environment[`${role}_${variable}`]
    if (!value) continue
    if (!on) throw new ConfigError(`${role}_${variable} is set but faults are off; set LAB_FAULTS=on too, or unset it`)
    try {
      set({ [name]: fromText(value) })
    } catch (error) {
      throw new ConfigError(
        `${role}_${variable} is "${value}": ${error instanceof LabError ? error.detail : String(error)}`,
      )
    }
  }

  const switchOf = ({ name }: Fault): FaultSwitch<unknown> => ({
    setting: () => active.get(name),
    injected: () => void injections.set(name, (injections.get(name) ?? 0) + 1),
    inBackground(work) {
      beside.add(work)
      void work.finally(() => beside.delete(work))
    },
  })
  return {
    on,
    wrap<In, Out>(handler: Handler<In, Out>): Handler<In, Out> {
      if (!on) return handler
      // Faults look at no more of the work than their own schema names, so they need not know its type.
      const inner = handler as Handler<unknown, unknown>
      return faults.reduceRight((next, fault) => fault.wrap(next, switchOf(fault)), inner) as Handler<In, Out>
    },
    crashPoint(name) {
      checkPoint(name, crashPoints)
      if (!on) return () => {}
      return () => {
        const setting = active.get('crash') as { point: string; after: number } | undefined
        if (setting?.point !== name) return
        passes.set(name, (passes.get(name) ?? 0) + 1)
        if (passes.get(name) === setting.after) process.kill(process.pid, 'SIGKILL')
      }
    },
    set,
    switchOf,
    clear: () => active.clear(),
    idle: async () => void (await Promise.all(beside)),
    view: () =>
      Object.fromEntries(
        known.map(({ name }) => [name, { setting: active.get(name) ?? null, injections: injections.get(name) ?? 0 }]),
      ),
  }
}

function checkPoint(point: string, points: readonly string[]): void {
  if (!points.includes(point))
    throw new LabError('malformed', `there is no crash point "${point}"; there are: ${points.join(', ')}`)
}
