/**
 * A script: a load and what is done to the parts meanwhile, as data, for any model. `lab live` records one, and `lab run --script`
 * runs it. Targets are roles, since services have other names in each model; a step whose target a model does not have is left out of
 * it.
 */
import { Type, type Static } from '#common/contracts/type.ts'
import { closedObject } from '#common/contracts/parse.ts'
import type { BulkRedrive } from './redrive.ts'

export const TARGETS = ['order', 'inventory', 'notification', 'analytics', 'broker'] as const
export type Target = (typeof TARGETS)[number]
const Target = Type.Enum([...TARGETS])

const Ms = Type.Number({ minimum: 0 })
/** More than a model takes on a machine of two cores, so that a slip of the finger does not fill its memory. */
export const MOST_PER_SECOND = 2_000
const MOST_AT_ONCE = 5_000
const MOST_REDRIVEN_PER_SECOND = 1_000
const MOST_REDRIVEN = 10_000
/** A reason may be whatever another publisher wrote. */
const MOST_REASON = 10_000
/** In all: the memory of the lab, and the time that the checks take. */
export const MOST_ORDERS = 200_000

/** Without its time. */
const WHAT = [
  { action: Type.Literal('rate'), ordersPerSecond: Type.Number({ minimum: 0, maximum: MOST_PER_SECOND }) },
  { action: Type.Literal('burst'), orders: Type.Integer({ minimum: 1, maximum: MOST_AT_ONCE }) },
  { action: Type.Enum(['kill', 'start', 'pause', 'resume', 'isolate', 'alarm', 'heal']), target: Target },
  { action: Type.Literal('fault'), target: Target, settings: Type.Record(Type.String(), Type.Unknown()) },
  { action: Type.Enum(['start-duplicator', 'stop-duplicator', 'poison']) },
  {
    action: Type.Literal('redrive'),
    reason: Type.String({ maxLength: MOST_REASON }),
    rate: Type.Integer({ minimum: 1, maximum: MOST_REDRIVEN_PER_SECOND }),
    limit: Type.Integer({ minimum: 1, maximum: MOST_REDRIVEN }),
  },
] as const

export const ScriptAction = Type.Union(WHAT.map(fields => closedObject(fields)))
export type ScriptAction =
  | { action: 'rate'; ordersPerSecond: number }
  | { action: 'burst'; orders: number }
  | { action: 'kill' | 'start' | 'pause' | 'resume' | 'isolate' | 'alarm' | 'heal'; target: Target }
  | { action: 'fault'; target: Target; settings: Record<string, unknown> }
  | { action: 'start-duplicator' | 'stop-duplicator' | 'poison' }
  | ({ action: 'redrive' } & BulkRedrive)
export type ScriptStep = ScriptAction & { atMs: number }

/** `seconds`: how long orders are sent. `configurations`: by model, where it is not the first one of the comparison. */
export const Script = closedObject({
  format: Type.Literal(1),
  seed: Type.Integer({ minimum: 0 }),
  seconds: Type.Number({ exclusiveMinimum: 0 }),
  configurations: Type.Record(Type.String(), Type.String()),
  steps: Type.Array(Type.Union(WHAT.map(fields => closedObject({ atMs: Ms, ...fields })))),
})
export type Script = Omit<Static<typeof Script>, 'steps'> & { steps: ScriptStep[] }
