/**
 * A lane at work: its load, the steps that are performed on it, and what is read of it meanwhile.
 *
 * Guarantees: one step after the other on each part, so that one that waits holds up no other part; a step that fails changes
 * nothing of what is known. Rows are read again only when the last reading is over, and the longer it took the longer it rests.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { monotonicNs } from '#common/contracts/clock.ts'
import { DEADLINE_MS, QUIESCENCE_MS } from '#engine/experiment/script.ts'
import type { ScriptAction, ScriptStep } from '#engine/experiment/script-format.ts'
import type { EndlessEnd } from '#engine/load/endless.ts'
import { lateness } from '#engine/load/open-loop.ts'
import { awaitQuiescence } from '#engine/run/evidence.ts'
import { type Evidence, HISTORY_FORMAT, type History } from '#engine/run/history.ts'
import { watchPauses } from '#engine/run/lab-pauses.ts'
import { countInjections, sampleDepths } from '#engine/run/observations.ts'
import { watchIdle } from '#host/machine-idle.ts'
import { familiesOf, readProcesses } from '#host/process-table.ts'
import { judgeSoFar } from './judge-so-far.ts'
import type { Counters, LaneNews } from './page/protocol.ts'
import { performStep, queueOf } from './perform.ts'
import { type LaneState, OPENING_STOCK, oneInOf, openState, type StateOptions } from './state.ts'

const READ_EVERY_MS = 250
const JUDGE_EVERY_MS = 1_000
/** Reading and judging rest so many times as long as they took. */
const REST = 4
const MOST_ROUNDS = 3

export type Work = {
  nowMs(): number
  orders: LaneState['orders']
  feed: LaneState['feed']
  originNs: number
  /** Resolves with the step and when it was performed. @throws Error in one sentence */
  perform(action: ScriptAction): Promise<ScriptStep>
  /** Ends all that was done to the parts. @throws Error in one sentence */
  putRight(): Promise<ScriptStep[]>
  takeNews(): LaneNews
  finish(): Promise<History>
  /** What the checks of the result found. */
  showFound(found: Partial<Counters>): void
  close(): Promise<void>
}

export function beginWork(options: StateOptions): Work {
  const lane = openState(options)
  const { model, orders, feed, originNs, runtime } = lane
  const nowMs = (): number => Math.round((monotonicNs() - originNs) / 1e6)
  const injections = countInjections(runtime)
  const pauses = watchPauses(monotonicNs)
  const idle = watchIdle()
  const sampling = sampleDepths(lane.inspector, { on: model.brokers.length > 0, nowNs: monotonicNs })
  const cores = watchCores(lane)
  const watching = new AbortController()
  const watched = watch(lane, watching.signal)
  const steps = queueSteps(lane, injections.record)
  const { perform } = steps
  return {
    nowMs,
    orders,
    feed,
    originNs,
    perform,
    putRight: () => putRight(lane, steps),
    takeNews: () => newsOf(lane, cores()),
    async finish() {
      const end = await lane.load.stop()
      lane.rate = 0
      watching.abort()
      await watched
      const labPauses = pauses.finish()
      const idleShare = idle()
      const { evidence, quiescent } = await quiet(lane)
      showEnd(lane, evidence)
      await sampling.finish()
      const polls = await lane.polling.finish()
      await Promise.all(model.services.map(({ name }) => injections.record(name)))
      const machine = idleShare === undefined ? { unknown: 'there is no /proc/stat here' } : { idleShare }
      const read = {
        evidence,
        quiescent,
        polls,
        labPauses,
        machine,
        samples: sampling.samples,
        faults: injections.views,
      }
      return { ...factsOf(lane, end), ...read }
    },
    showFound(found) {
      lane.counters = { ...lane.counters, ...found, atNs: monotonicNs() }
    },
    async close() {
      watching.abort()
      pauses.stop()
      sampling.stop()
      await lane.load.close()
      await watched
    },
  }
}

type Steps = { perform(action: ScriptAction): Promise<ScriptStep>; settled(): Promise<unknown> }

/** One step after the other in each queue; a failure is its caller's. */
function queueSteps(lane: LaneState, recordInjections: (service: string) => Promise<void>): Steps {
  const queues = new Map<string, Promise<unknown>>()
  return {
    perform(action) {
      const queue = queueOf(action)
      const done = (queues.get(queue) ?? Promise.resolve()).then(() => performStep(lane, action, recordInjections))
      queues.set(
        queue,
        done.catch(() => {}),
      )
      return done
    },
    settled: () => Promise.all(queues.values()),
  }
}

async function putRight(lane: LaneState, { perform, settled }: Steps): Promise<ScriptStep[]> {
  const performed: ScriptStep[] = []
  // What was under way may leave something more to be done.
  for (let round = 0; round < MOST_ROUNDS; round++) {
    await settled()
    for (const remedy of lane.parts.remedies()) performed.push(await perform(remedy))
  }
  if (lane.duplicating) performed.push(await perform({ action: 'stop-duplicator' }))
  return performed
}

/** Reads the rows and judges them, until it is aborted. */
async function watch(lane: LaneState, signal: AbortSignal): Promise<void> {
  let judgedMs = 0
  let judgeAtMs = 0
  while (!signal.aborted) {
    const beganMs = performance.now()
    const isJudged = beganMs >= judgeAtMs
    const cutNs = await lane.feed.read(isJudged)
    // Who sent an order whose row was read has told of it now.
    await lane.load.flush().catch(() => {})
    lane.orders.addEvidence(lane.feed.evidence)
    if (isJudged && !signal.aborted) {
      const judgingMs = performance.now()
      const { orders, feed, raw } = lane
      const found = judgeSoFar({ orders, evidence: feed.evidence, raw, openingStock: OPENING_STOCK, cutNs })
      lane.counters = { ...found, atNs: cutNs }
      judgedMs = performance.now() - judgingMs
      judgeAtMs = performance.now() + Math.max(JUDGE_EVERY_MS, REST * REST * judgedMs)
    }
    const restMs = Math.max(READ_EVERY_MS, REST * (performance.now() - beganMs - judgedMs))
    await wait(restMs, undefined, { signal }).catch(() => {})
  }
}

function newsOf(lane: LaneState, cores: number | null): LaneNews {
  const { orders, feed, parts, rate, counters, originNs, marks, duplicating } = lane
  const nowNs = monotonicNs()
  const { notifications, deadLetters } = feed.evidence
  const { atNs, ...found } = counters
  return {
    nowMs: Math.round((nowNs - originNs) / 1e6),
    ordersPerSecond: rate,
    oneIn: oneInOf(rate),
    orders: orders.takeChanged(),
    seconds: orders.takeSeconds(nowNs, { deadLetters: deadLetters.length, cores }),
    counters: {
      ...found,
      ...orders.totals(),
      notified: notifications.length,
      deadLetters: deadLetters.length,
      ageMs: Math.round((nowNs - atNs) / 1e6),
    },
    parts: parts.now(),
    marks: marks.splice(0),
    duplicating,
  }
}

/** CPU time of services and brokers since the last call, in cores; null where it cannot be read. */
function watchCores({ runtime: { host } }: LaneState): () => number | null {
  let before: { atMs: number; seconds: number } | undefined
  let cores: number | null = null
  return () => {
    const atMs = performance.now()
    if (!host || (before && atMs - before.atMs < 1_000)) return cores
    const rows = readProcesses()
    if (!rows) return null
    const seconds = host
      .processes()
      .flatMap(({ pids }) => familiesOf(rows, pids) ?? [])
      .reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
    // What ended meanwhile takes its time with it.
    cores = before && seconds >= before.seconds ? (1_000 * (seconds - before.seconds)) / (atMs - before.atMs) : null
    before = { atMs, seconds }
    return cores
  }
}

/** What the page shows from then on is what is judged; what the checks found comes with the result. */
function showEnd({ orders, feed }: LaneState, evidence: Evidence): void {
  Object.assign(feed.evidence, evidence)
  orders.addEvidence(evidence)
}

const quiet = ({ model, runtime, inspector, signal }: LaneState) =>
  awaitQuiescence({
    model,
    variant: { quiescenceMs: QUIESCENCE_MS },
    runtime,
    inspector,
    probe: () => Promise.reject(new Error('nothing is awaited but that all is quiet')),
    signal,
  })

function factsOf(
  { orders, originNs, originUnixMs, raw, executedSteps }: LaneState,
  { cpuShare, connections, due }: EndlessEnd,
) {
  const attempts = orders.attempts.toSorted((one, other) => one.startedNs - other.startedNs)
  return {
    format: HISTORY_FORMAT as typeof HISTORY_FORMAT,
    planned: orders.planned,
    warmUpOrders: 0,
    attempts,
    plannedStarts: due,
    originNs,
    originUnixMs,
    deadlineMs: DEADLINE_MS,
    generator: { origin: 'thread' as const, cpuShare, connections, lateness: lateness(attempts) },
    discarded: [],
    raw,
    executedSteps,
    openingStock: OPENING_STOCK,
    // Its services are processes of this machine, with its clock.
    clocksAgree: true,
  }
}
