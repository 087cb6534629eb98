/**
 * Performs a step on a lane. Guarantees: a step that cannot be done to the lane as it stands is refused before it begins, and one that
 * fails changes nothing of what is known of the lane.
 */
import { monotonicNs, withDeadline } from '#common/contracts/clock.ts'
import { actionOf, nameOf } from '#engine/experiment/script.ts'
import type { ScriptAction, ScriptStep } from '#engine/experiment/script-format.ts'
import type { Action } from '#engine/experiment/steps.ts'
import type { History } from '#engine/run/history.ts'
import { faultText } from './page/protocol.ts'
import type { LaneState } from './state.ts'

/** More than a service takes to start that waits for its peers. */
const STEP_MS = 100_000

/** The load's steps wait for nothing, and those of a part for each other. */
export const queueOf = (action: ScriptAction): string => ('target' in action ? action.target : action.action)

export async function performStep(
  lane: LaneState,
  action: ScriptAction,
  recordInjections: (service: string) => Promise<void>,
): Promise<ScriptStep> {
  const { model, load } = lane
  const atNs = monotonicNs()
  const atMs = Math.round((atNs - lane.originNs) / 1e6)
  const performed = { atMs, ...action }
  const name = 'target' in action ? (nameOf(model, action.target) ?? '') : ''
  let result: unknown
  if (action.action === 'rate') {
    load.setRate(action.ordersPerSecond)
    // Then no order of the rate before is still to come.
    await load.flush()
    lane.rate = action.ordersPerSecond
  } else if (action.action === 'burst') {
    load.burst(action.orders)
  } else {
    const step = actionOf(model, action, lane.poisons)
    if (!step) return performed
    refuseImpossible(lane, action)
    lane.parts.begin(name, action)
    try {
      result = await perform(lane, step, atNs, recordInjections)
    } catch (error) {
      lane.parts.failed(name, action)
      throw error
    }
    lane.parts.done(name, action)
    noteMessages(lane, action)
  }
  lane.marks.push({ atMs, text: markOf(name, action, result) })
  return performed
}

/** Resolves with its result, which is in the history too. */
async function perform(
  { orders, runtime, inspector, raw, executedSteps }: LaneState,
  { action, target, run }: Action,
  atNs: number,
  recordInjections: (service: string) => Promise<void>,
): Promise<unknown> {
  const sent: History['raw'] = []
  const addRaw = (messages: readonly History['raw'][number][]) => {
    sent.push(...messages)
    raw.push(...messages)
  }
  try {
    const result = await inTime(run({ planned: orders.planned, runtime, inspector, recordInjections, addRaw }))
    executedSteps.push({ atNs, doneNs: monotonicNs(), action, target, ...(result !== undefined && { result }) })
    return result
  } catch (error) {
    for (const message of sent) raw.splice(raw.indexOf(message), 1)
    throw error
  }
}

/** A broker's client would wait for as long as its broker is away. @throws Error in one sentence */
function inTime(work: Promise<unknown>): Promise<unknown> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error(`it was not done in ${STEP_MS / 1_000} s`)), STEP_MS)
  return withDeadline(work, late.signal).finally(() => clearTimeout(timer))
}

/** @throws Error in one sentence */
function refuseImpossible({ model, parts, duplicating, feed }: LaneState, step: ScriptAction): void {
  const { action } = step
  // What takes the message; in a model without a broker the duplicator is a fault of the order service.
  const role = model.brokers.length > 0 ? 'broker' : action === 'poison' ? 'inventory' : 'order'
  const isMessage = action === 'poison' || action === 'start-duplicator' || action === 'redrive'
  const away = isMessage ? parts.now().find(part => part.role === role && part.state !== 'up') : undefined
  if (away) throw new Error(`${away.name} is not up`)
  if (step.action === 'redrive' && !feed.evidence.deadLetters.some(({ reason }) => reason === step.reason))
    throw new Error(`there is no dead letter with the reason "${step.reason}"`)
  if (action === 'poison' && duplicating)
    throw new Error('every message is sent twice now, and a poison message would be two: press "once" first')
  if (action === 'start-duplicator' && duplicating) throw new Error('every message is sent twice already')
}

/** In a model without a broker the duplicator is a fault of its order service, which ends as all of them do. */
function noteMessages(lane: LaneState, action: ScriptAction): void {
  if (action.action === 'poison') lane.poisons++
  if (action.action === 'start-duplicator') lane.duplicating = true
  if (action.action === 'stop-duplicator') lane.duplicating = false
  const endsFaults = action.action === 'kill' || action.action === 'heal'
  if (endsFaults && action.target === 'order' && lane.model.brokers.length === 0) lane.duplicating = false
}

const PAST: Readonly<Record<string, string>> = {
  kill: 'killed',
  start: 'started',
  pause: 'paused',
  resume: 'resumed',
  isolate: 'cut off',
  alarm: 'full: it takes no message',
  heal: 'healed',
  'start-duplicator': 'every message twice',
  'stop-duplicator': 'every message once',
  poison: 'a poison message',
}

function markOf(name: string, action: ScriptAction, result?: unknown): string {
  if (action.action === 'rate') return `${action.ordersPerSecond} orders/s`
  if (action.action === 'burst') return `${action.orders} orders at once`
  if (action.action === 'redrive') {
    const { redriven, stopped } = result as { redriven: number; stopped?: string }
    return `${redriven} dead letters redriven (${action.reason})${stopped === undefined ? '' : `, then: ${stopped}`}`
  }
  if (action.action !== 'fault') return `${name} ${PAST[action.action]}`.trim()
  const settings = Object.entries(action.settings).map(([fault, setting]) =>
    setting === null ? `${fault} off` : faultText(fault, setting),
  )
  return `${name}: ${settings.join(', ')}`
}
