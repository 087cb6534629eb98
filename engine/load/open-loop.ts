/**
 * The open loop itself: attempts start by the plan, whatever the target does.
 *
 * Guarantees: every started attempt has exactly one answer in the result, and where its client follows the order what that was
 * told; a stop starts no more, ends those in flight as `aborted`, and returns what was measured. Clients that try again do so
 * beside the plan, by timers, so that what they send is not as punctual. Does not guarantee an open loop past `maxSockets` attempts
 * in flight: then the result says `saturated`.
 * Runs in whatever thread calls it; `generator.ts` gives it one of its own.
 */
import type { Pool } from 'undici'
import { nearestRank } from '../analysis/latency.ts'
import { monotonicNs, readClock } from '#common/contracts/clock.ts'
import type { Attempt, LoadResult, LoadProgress } from './attempt.ts'
import type { PlannedOrder } from './orders.ts'
import type { PlannedStart } from './plan.ts'
import { type Random, seededRandom } from './random.ts'
import { inStead, isWorthRetrying, pauseMs, type RetryJob } from './retry.ts'
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
  /** How clients try again; absent where they do not. */
  retry?: RetryJob
}

type Loop = {
  job: LoadJob
  pool: Pool
  /** Of orders that were answered 202; absent where they do not ask. */
  clients: Clients | undefined
  following: Set<Promise<void>>
  stop: AbortSignal
  progress: LoadProgress
  /** By start: undefined while there is no answer yet. */
  done: (Attempt | undefined)[]
  /** Of clients that try again, by their end. */
  retries: Attempt[]
  inStead: PlannedOrder[]
  /** Clients that wait until they try again. */
  waiting: Set<NodeJS.Timeout>
  random: Random
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
  const loop = newLoop(job, clients, stop)
  const { pool, progress } = loop
  let opened = 0
  pool.on('connect', () => opened++)
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
    loop.waiting.forEach(clearTimeout)
    await Promise.all([pool.destroy(), clients?.close()])
  }
  onProgress({ ...progress })
  const { wallMs, cpuMs } = used
  const planned = loop.done.filter(entry => entry !== undefined)
  const attempts = [...planned, ...loop.retries].sort((one, other) => one.startedNs - other.startedNs)
  return {
    originNs: progress.originNs,
    bootId: readClock().bootId,
    attempts,
    inStead: loop.inStead,
    planned: job.plan.length,
    stopped: planned.length < job.plan.length || attempts.some(({ answer }) => answer.kind === 'aborted'),
    deadlineMs: job.deadlineMs,
    wallMs,
    lateness: lateness(planned),
    cpuShare: (cpuMs + pacerCpuMs) / wallMs,
    connections: {
      opened,
      peakInFlight: loop.peakInFlight,
      limit: job.maxSockets,
      saturated: loop.peakInFlight > job.maxSockets,
    },
  }
}

function newLoop(job: LoadJob, clients: Clients | undefined, stop: AbortSignal): Loop {
  return {
    job,
    pool: openPool(job.target, job.maxSockets, job.deadlineMs),
    clients,
    following: new Set(),
    stop,
    progress: { originNs: 0, planned: job.plan.length, started: 0, answered: 0, unanswered: 0 },
    done: [],
    retries: [],
    inStead: [],
    waiting: new Set(),
    random: seededRandom(job.retry?.seed ?? 0),
    inFlight: new Set(),
    peakInFlight: 0,
    sent: new Map(),
    onLanded() {},
  }
}

function startAttempt(loop: Loop, position: number, plannedNs: number): void {
  const order = loop.job.orders[loop.job.plan[position]?.order ?? -1]
  if (order === undefined) throw new RangeError(`The plan's start ${position} names no order.`)
  sendOrder(loop, { order, plannedNs }, ended => {
    loop.done[position] = ended
    tryAgain(loop, { order, ended, nth: 1, firstNs: plannedNs })
  })
}

type Start = { order: PlannedOrder; plannedNs: number; isRetry?: true }

function sendOrder(loop: Loop, start: Start, onEnd: (ended: Attempt) => void): void {
  const { job, pool, clients, following, inFlight, progress, sent } = loop
  const { order, ...planned } = start
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
    const ended: Attempt = { index, orderId, attempt, ...planned, startedNs, answeredNs, answer }
    if (clients && answer.kind === 'status' && answer.status === 202) follow(clients, following, ended)
    onEnd(ended)
    noteLanded(loop)
  })
}

function noteLanded({ inFlight, waiting, onLanded }: Loop): void {
  if (inFlight.size === 0 && waiting.size === 0) onLanded()
}

/** `nth`: how many requests its client has sent. */
type Refused = { order: PlannedOrder; ended: Attempt; nth: number; firstNs: number }

function tryAgain(loop: Loop, { order, ended: { answer }, nth, firstNs }: Refused): void {
  const { job, waiting, stop, random } = loop
  if (!job.retry || stop.aborted || !isWorthRetrying(answer)) return
  const inMs = pauseMs(job.retry, answer, nth, random)
  if (monotonicNs() - firstNs + inMs * 1e6 > job.retry.patienceMs * 1e6) return
  const timer = setTimeout(() => {
    waiting.delete(timer)
    if (stop.aborted) return noteLanded(loop)
    const again = answer.kind === 'status' && answer.isFinal ? placeInStead(loop, order) : order
    // Nothing has planned it for a moment, so that it is never late.
    sendOrder(loop, { order: again, plannedNs: monotonicNs(), isRetry: true }, ended => {
      loop.retries.push(ended)
      tryAgain(loop, { order: again, ended, nth: nth + 1, firstNs })
    })
  }, inMs)
  waiting.add(timer)
}

function placeInStead({ job, inStead: all }: Loop, order: PlannedOrder): PlannedOrder {
  const placed = inStead(order, job.orders.length + all.length)
  all.push(placed)
  return placed
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

/** Resolves when no attempt is in flight and no client waits to try again; `stop` ends those that are, and lets none try again. */
async function everyAnswer(loop: Loop, stop: AbortSignal): Promise<void> {
  const landed = Promise.withResolvers<void>()
  loop.onLanded = landed.resolve
  const endAll = (): void => {
    loop.waiting.forEach(clearTimeout)
    loop.waiting.clear()
    loop.inFlight.forEach(({ end }) => end('aborted'))
    noteLanded(loop)
  }
  stop.addEventListener('abort', endAll)
  if (stop.aborted) endAll()
  noteLanded(loop)
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
