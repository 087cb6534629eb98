/**
 * The open loop itself: attempts start by the plan, whatever the target does.
 *
 * Guarantees: every started attempt has exactly one answer in the result; a stop starts no more, ends those in flight as
 * `aborted`, and returns what was measured. Does not guarantee an open loop past `maxSockets` attempts in flight: then
 * the result says `saturated`.
 * Runs in whatever thread calls it; `generator.ts` gives it one of its own.
 */
import type { Pool } from 'undici'
import { nearestRank } from '../analysis/latency.ts'
import { monotonicNs, readClock } from '#common/contracts/clock.ts'
import type { Attempt, LoadResult, LoadProgress } from './attempt.ts'
import type { PlannedOrder } from './orders.ts'
import type { PlannedStart } from './plan.ts'
import { openPool, send, type Target } from './send.ts'

export type LoadJob = {
  orders: PlannedOrder[]
  /** Ascending by time. */
  plan: PlannedStart[]
  target: Target
  deadlineMs: number
  maxSockets: number
}

type Loop = {
  job: LoadJob
  pool: Pool
  progress: LoadProgress
  /** By start: undefined while there is no answer yet. */
  done: (Attempt | undefined)[]
  inFlight: Set<AbortController>
  peakInFlight: number
  sent: Map<number, number>
}

const LEAD_NS = 20_000_000
const PROGRESS_EVERY_MS = 250

/** Resolves when every started attempt has its answer; rejects only when the generator itself is broken. */
export async function openLoop(
  job: LoadJob,
  stop: AbortSignal,
  onProgress: (progress: LoadProgress) => void,
): Promise<LoadResult> {
  const pool = openPool(job.target, job.maxSockets, job.deadlineMs)
  let opened = 0
  pool.on('connect', () => opened++)
  const progress: LoadProgress = { originNs: 0, planned: job.plan.length, started: 0, answered: 0, unanswered: 0 }
  const loop: Loop = { job, pool, progress, done: [], inFlight: new Set(), peakInFlight: 0, sent: new Map() }
  const endAll = (): void => loop.inFlight.forEach(control => control.abort('aborted'))
  const cpu = process.threadCpuUsage()
  progress.originNs = monotonicNs() + LEAD_NS
  const startsNs = job.plan.map(({ offsetMs }) => progress.originNs + offsetMs * 1e6)
  const answers: Promise<void>[] = []
  const report = setInterval(() => onProgress({ ...progress }), PROGRESS_EVERY_MS)
  onProgress({ ...progress })
  try {
    await pace(startsNs, position => answers.push(attempt(loop, position, startsNs[position] ?? 0)), stop)
    stop.addEventListener('abort', endAll)
    if (stop.aborted) endAll()
    await Promise.all(answers)
  } finally {
    clearInterval(report)
    stop.removeEventListener('abort', endAll)
    await pool.destroy()
  }
  onProgress({ ...progress })
  const wallMs = (monotonicNs() - progress.originNs + LEAD_NS) / 1e6
  const { user, system } = process.threadCpuUsage(cpu)
  const attempts = loop.done.filter(entry => entry !== undefined)
  return {
    originNs: progress.originNs,
    bootId: readClock().bootId,
    attempts,
    planned: job.plan.length,
    stopped: attempts.length < job.plan.length || attempts.some(({ answer }) => answer.kind === 'aborted'),
    deadlineMs: job.deadlineMs,
    wallMs,
    lateness: lateness(attempts),
    cpuShare: (user + system) / 1000 / wallMs,
    connections: {
      opened,
      peakInFlight: loop.peakInFlight,
      limit: job.maxSockets,
      saturated: loop.peakInFlight > job.maxSockets,
    },
  }
}

async function attempt(loop: Loop, position: number, plannedNs: number): Promise<void> {
  const { job, pool, inFlight, progress, sent } = loop
  const order = job.orders[job.plan[position]?.order ?? -1]
  if (order === undefined) throw new RangeError(`The plan's start ${position} names no order.`)
  const nth = (sent.get(order.index) ?? 0) + 1
  sent.set(order.index, nth)
  const control = new AbortController()
  inFlight.add(control)
  loop.peakInFlight = Math.max(loop.peakInFlight, inFlight.size)
  progress.started++
  const startedNs = monotonicNs()
  const callOff = abortAt(startedNs + job.deadlineMs * 1e6, control)
  const { answer, answeredNs } = await send(pool, job.target, order, control)
  callOff()
  inFlight.delete(control)
  if (answer.kind === 'status') progress.answered++
  else progress.unanswered++
  const { index, orderId } = order
  loop.done[position] = { index, orderId, attempt: nth, plannedNs, startedNs, answeredNs, answer }
}

function lateness(attempts: readonly Attempt[]): LoadResult['lateness'] {
  const lateMs = attempts.map(({ startedNs, plannedNs }) => (startedNs - plannedNs) / 1e6).sort((a, b) => a - b)
  if (lateMs.length === 0) return undefined
  const rank = (perMille: number): number => nearestRank(lateMs, perMille)
  return { p50Ms: rank(500), p99Ms: rank(990), maxMs: rank(1000) }
}

/** A timer alone is milliseconds late, so the event loop is turned for the last part of each wait. */
const SPIN_NS = 2_000_000

/**
 * Starts things at planned moments, in sequence, none before its moment, and none waits for another's end. Resolves when the
 * last was started or `stop` fired; `start` gets the position in `startsNs`, which must ascend.
 * Punctual only on a machine whose cores are free: lateness is recorded by the caller and judged.
 */
function pace(startsNs: readonly number[], start: (position: number) => void, stop: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    let position = 0
    let sleep: NodeJS.Timeout | undefined
    const end = (): void => {
      stop.removeEventListener('abort', end)
      clearTimeout(sleep)
      resolve()
    }
    const turn = (): void => {
      if (stop.aborted) return
      let next = startsNs[position]
      while (next !== undefined && next <= monotonicNs()) {
        start(position++)
        next = startsNs[position]
      }
      if (next === undefined) return end()
      const sleepMs = Math.floor((next - monotonicNs() - SPIN_NS) / 1e6)
      if (sleepMs >= 1) sleep = setTimeout(turn, sleepMs)
      else setImmediate(turn)
    }
    stop.addEventListener('abort', end)
    if (stop.aborted) end()
    else turn()
  })
}

/**
 * Aborts `control` with the reason `deadline` at `dueNs` of the monotonic clock, never before it, and after it only by what
 * the event loop is late. The result calls that off.
 */
function abortAt(dueNs: number, control: AbortController): () => void {
  let timer: NodeJS.Timeout | undefined
  // A timer counts from the beginning of the loop's turn, so after a long turn it fires early, and waits again.
  const wait = (): void => {
    const leftMs = Math.ceil((dueNs - monotonicNs()) / 1e6)
    if (leftMs > 0) timer = setTimeout(wait, leftMs)
    else control.abort('deadline')
  }
  wait()
  return () => clearTimeout(timer)
}
