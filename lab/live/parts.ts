// The services and brokers of a lane: what can be done to each, and how each stands. What was done is known from the steps; that a
// service died by itself, from its process.
import type { Configuration } from '#engine/experiment/comparison-adapter.ts'
import type { Model } from '#engine/experiment/model.ts'
import type { Runtime } from '#engine/experiment/runtime.ts'
import { nameOf } from '#engine/experiment/script.ts'
import type { ScriptAction } from '#engine/experiment/script-format.ts'
import { faultsOf, SETTINGS } from '../session/service-settings.ts'
import type { FaultForm, LaneFacts, Part, PartState } from './page/protocol.ts'

/** The one number that a fault's setting is about, with a value to begin with; a fault without one is on or off. */
const FIELDS: Readonly<Record<string, FaultForm['field']>> = {
  delay: { name: 'delayMs', unit: 'ms', value: 500 },
  throttle: { name: 'perSecond', unit: 'orders/s', value: 20 },
  slowDisk: { name: 'ms', unit: 'ms a sync', value: 50 },
}
/** `kill` needs a user, and orders have none that somebody would know; `duplicate` is the duplicator. */
const NOT_OFFERED = ['kill', 'duplicate']

const ROLES = ['order', 'broker', 'inventory', 'notification', 'analytics'] as const

/** What can be done to a model with this environment of its services, in the sequence in which an order passes its parts. */
export function partsOf(model: Model, environment: Configuration['environment']): LaneFacts['parts'] {
  return ROLES.flatMap(role => {
    const name = nameOf(model, role)
    if (name === undefined) return []
    const service = SETTINGS[model.name]?.find(({ NAME }) => NAME === `${model.name}/${name}`)
    const outbox = environment[name]?.OUTBOX ?? service?.settings.OUTBOX?.fallback
    const { faults, crashPoints } = service
      ? faultsOf(service, outbox === 'on' ? 'on' : 'off')
      : { faults: [], crashPoints: [] }
    const forms = faults
      .filter(fault => !NOT_OFFERED.includes(fault.name))
      .map(fault => ({ name: fault.name, about: fault.about, field: FIELDS[fault.name] }))
    return [{ name, role, faults: forms, crashPoints: [...crashPoints] }]
  })
}

export type PartStates = {
  /** @throws Error in one sentence where the step cannot be done to the part as it stands */
  begin(name: string, action: ScriptAction): void
  /** Of a step that has had its effect, and of one that has failed. */
  done(name: string, action: ScriptAction): void
  failed(name: string, action: ScriptAction): void
  now(): Part[]
  /** What ends all that was done to them, those of the broker first: a service may be healthy only with its broker. */
  remedies(): ScriptAction[]
}

const AFTER: Partial<Record<ScriptAction['action'], PartState>> = { pause: 'paused', isolate: 'gone', alarm: 'full' }

export function trackParts(parts: LaneFacts['parts'], runtime: Pick<Runtime, 'running'>): PartStates {
  const states = new Map<string, PartState>()
  const faults = new Map<string, Record<string, unknown>>()
  const now = (): Part[] =>
    parts.map(({ name, role }) => {
      const alive = runtime.running(name)
      const state = states.get(name) ?? (alive ? 'up' : 'down')
      return { name, role, state, faults: alive ? (faults.get(name) ?? {}) : {} }
    })
  return {
    begin(name, { action }) {
      if (action in AFTER && !runtime.running(name)) throw new Error(`${name} is not running`)
      if (action === 'start' && !runtime.running(name)) states.set(name, 'starting')
    },
    failed(name, { action }) {
      if (action === 'start' && states.get(name) === 'starting') states.delete(name)
    },
    done(name, step) {
      const after = AFTER[step.action]
      if (after) states.set(name, after)
      else if (step.action !== 'fault' && step.action !== 'heal') states.delete(name)
      if (step.action === 'fault') faults.set(name, onlyOn({ ...faults.get(name), ...step.settings }))
      // A process that starts has no fault.
      if (step.action === 'heal' || step.action === 'kill' || step.action === 'start') faults.delete(name)
    },
    now,
    remedies: () => now().toSorted(brokerFirst).flatMap(remediesOf),
  }
}

const brokerFirst = (one: Part, other: Part): number => Number(other.role === 'broker') - Number(one.role === 'broker')

function remediesOf({ role, state, faults }: Part): ScriptAction[] {
  if (state === 'paused' || state === 'gone' || state === 'full') return [{ action: 'resume', target: role }]
  if (state === 'down') return [{ action: 'start', target: role }]
  return Object.keys(faults).length > 0 ? [{ action: 'heal', target: role }] : []
}

/** A setting of null switches a fault off. */
const onlyOn = (settings: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(settings).filter(([, setting]) => setting !== null))
