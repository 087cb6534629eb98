/**
 * The open loop itself: attempts start by the plan, whatever the target does.
 *
 * Guarantees: every started attempt has exactly one answer in the result, and where its client follows the order what that was
 * told; a stop starts no more, ends those in flight as `aborted`, and returns what was measured. Does not guarantee an open loop
 * past `maxSockets` attempts in flight: then the result says `saturated`.
 * Runs in whatever thread calls it; `generator.ts` gives it one of its own.
 */
import type { Pool } from 'undici'
import { nearestRank } from '../analysis/latency.ts'
import { monotonicNs, readClock } from '#common/contracts/clock.ts'
import type { Attempt, LoadResult, LoadProgress } from './attempt.ts'
import type { PlannedOrder } from './orders.ts'
import type { PlannedStart } from './plan.ts'
import { pace } from './pace.ts'
import { type Clients, openClients } from './clients.ts'
import type { FollowJob } from './follow.ts'
import { type EndEarly, openPool, send, type Target } from './send.ts'

export type LoadJob = {
  orders: PlannedOrder[]
  /** Ascending by time. */
  plan: PlannedStart[]
  target: Target
  deadlineMs: number
  maxSockets: number
  /** How a client learns what became of an order that was answered 202; absent where it does not ask. */
  follow?: FollowJob
}

type Loop = {
  job: LoadJob
  pool: Pool
  /** Of orders that were answered 202; absent where they do not ask. */
  clients: Clients | undefined
  following: Set<Promise<void>>
  progress: LoadProgress
  /** By start: undefined while there is no answer yet. */
  done: (Attempt | undefined)[]
  /** In the sequence of their starts, and so of their deadlines. */
  inFlight: Set<InFlight>
  peakInFlight: number
  sent: Map<number, number>
  /** Called when the last attempt in flight has ended. */
  onLanded(): void
  deadline?: NodeJS.Timeout
}

type InFlight = { dueNs: number; end: EndEarly }

const PROGRESS_EVERY_MS = 250

/** Resolves when every started attempt has its answer; rejects only when the generator itself is broken. */
export async function openLoop(
  job: LoadJob,
  stop: AbortSignal,
  onProgress: (progress: LoadProgress) => void,
): Promise<LoadResult> {
  const clients = job.follow && (await openClients({ ...job, follow: job.follow, stop }))
  const pool = openPool(job.target, job.maxSockets, job.deadlineMs)
  let opened = 0
  pool.on('connect', () => opened++)
  const progress: LoadProgress = { originNs: 0, planned: job.plan.length, started: 0, answered: 0, unanswered: 0 }
  const loop: Loop = {
    job,
    pool,
    clients,
    following: new Set(),
    progress,
    done: [],
    inFlight: new Set(),
    peakInFlight: 0,
    sent: new Map(),
    onLanded() {},
  }
  let cpu = process.threadCpuUsage()
  let beganNs = monotonicNs()
  let report: NodeJS.Timeout | undefined
  let pacerCpuMs = 0
  let used = { wallMs: 0, cpuMs: 0 }
  try {
    pacerCpuMs = await pace({
      offsetsMs: job.plan.map(({ offsetMs }) => offsetMs),
      onOrigin(originNs) {
        progress.originNs = originNs
        cpu = process.threadCpuUsage()
        beganNs = monotonicNs()
        onProgress({ ...progress })
        report = setInterval(() => onProgress({ ...progress }), PROGRESS_EVERY_MS)
      },
      start: (position, plannedNs) => startAttempt(loop, position, plannedNs),
      stop,
    })
    await everyAnswer(loop, stop)
    used = usedSince(beganNs, cpu)
    onProgress({ ...progress, hasLanded: true })
    await Promise.all(loop.following)
  } finally {
    clearInterval(report)
    clearTimeout(loop.deadline)
    await Promise.all([pool.destroy(), clients?.close()])
  }
  onProgress({ ...progress })
  const { wallMs, cpuMs } = used
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
    cpuShare: (cpuMs + pacerCpuMs) / wallMs,
    connections: {
      opened,
      peakInFlight: loop.peakInFlight,
      limit: job.maxSockets,
      saturated: loop.peakInFlight > job.maxSockets,
    },
  }
}

function startAttempt(loop: Loop, position: number, plannedNs: number): void {
  const { job, pool, clients, following, inFlight, progress, sent } = loop
  const order = job.orders[job.plan[position]?.order ?? -1]
  if (order === undefined) throw new RangeError(`The plan's start ${position} names no order.`)
  const { index, orderId } = order
  const attempt = (sent.get(index) ?? 0) + 1
  sent.set(index, attempt)
  progress.started++
  const startedNs = monotonicNs()
  const flying: InFlight = { dueNs: startedNs + job.deadlineMs * 1e6, end() {} }
  inFlight.add(flying)
  loop.peakInFlight = Math.max(loop.peakInFlight, inFlight.size)
  loop.deadline ??= setTimeout(() => endOverdue(loop), job.deadlineMs)
  flying.end = send(pool, job.target, order, ({ answer, answeredNs }) => {
    inFlight.delete(flying)
    if (answer.kind === 'status') progress.answered++
    else progress.unanswered++
    const ended: Attempt = { index, orderId, attempt, plannedNs, startedNs, answeredNs, answer }
    loop.done[position] = ended
    if (clients && answer.kind === 'status' && answer.status === 202) follow(clients, following, ended)
    if (inFlight.size === 0) loop.onLanded()
  })
}

function follow(clients: Clients, following: Loop['following'], attempt: Attempt): void {
  const told = clients.learn(attempt.orderId).then(learned => {
    attempt.learned = learned
    following.delete(told)
  })
  following.add(told)
}

/** Of this thread. */
function usedSince(beganNs: number, before: NodeJS.CpuUsage): { wallMs: number; cpuMs: number } {
  const { user, system } = process.threadCpuUsage(before)
  return { wallMs: (monotonicNs() - beganNs) / 1e6, cpuMs: (user + system) / 1_000 }
}

/** All have the same deadline, so one timer, for the oldest, is enough: late by what the event loop is late, and never early. */
function endOverdue(loop: Loop): void {
  loop.deadline = undefined
  for (const { dueNs, end } of loop.inFlight) {
    const leftMs = Math.ceil((dueNs - monotonicNs()) / 1e6)
    if (leftMs > 0) {
      loop.deadline = setTimeout(() => endOverdue(loop), leftMs)
      return
    }
    end('deadline')
  }
}

/** Resolves when no attempt is in flight; `stop` ends those that are. */
async function everyAnswer(loop: Loop, stop: AbortSignal): Promise<void> {
  const landed = Promise.withResolvers<void>()
  loop.onLanded = landed.resolve
  const endAll = (): void => loop.inFlight.forEach(({ end }) => end('aborted'))
  stop.addEventListener('abort', endAll)
  if (stop.aborted) endAll()
  if (loop.inFlight.size === 0) landed.resolve()
  await landed.promise
  stop.removeEventListener('abort', endAll)
}

/** Start minus plan; undefined where none was started. */
export function lateness(attempts: readonly Attempt[]): LoadResult['lateness'] {
  const lateMs = attempts.map(({ startedNs, plannedNs }) => (startedNs - plannedNs) / 1e6).sort((a, b) => a - b)
  if (lateMs.length === 0) return undefined
  const rank = (perMille: number): number => nearestRank(lateMs, perMille)
  return { p50Ms: rank(500), p99Ms: rank(990), maxMs: rank(1000) }
}
