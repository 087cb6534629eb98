/**
 * The quality of the load generator: how late it starts, what it costs, and whether it charges a stall to the target.
 *
 * Figures to print, never to assert: they depend on what else the machine does. The server is a process of its own, so
 * the two need two cores.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { answerLatency, nearestRank } from '#engine/analysis/latency.ts'
import type { LoadResult } from '#engine/load/attempt.ts'
import { runLoad } from '#engine/load/generator.ts'
import { planOrders } from '#engine/load/orders.ts'

const STALLED_ORDERS_PER_SECOND = 2000
const SECONDS = 10
const STALL_MS = 200
const DEADLINE_MS = 5000

/** Of an experiment, of the load that saturates a model, and of more than any model takes. */
export const RATES = [400, 2_000, 10_000] as const

/** `cpuMs`: of its two threads, for one request. */
export type GeneratorBench = Pick<LoadResult, 'lateness' | 'cpuShare' | 'connections'> & {
  ordersPerSecond: number
  requested: number
  answered: number
  cpuMs: number
}

/** The generator against a server that answers at once. */
export async function benchGenerator(ordersPerSecond: number): Promise<GeneratorBench> {
  const { result } = await loadBareServer(0, ordersPerSecond)
  const { attempts, lateness, cpuShare, wallMs, connections } = result
  const answered = attempts.filter(({ answer }) => answer.kind === 'status').length
  const cpuMs = (cpuShare * wallMs) / attempts.length
  return { ordersPerSecond, requested: attempts.length, answered, cpuMs, lateness, cpuShare, connections }
}

/** `correctedP99Ms` is what the lab would report, `impliedP99Ms` what the schedule implies, `off` their distance as a share. */
export type StallBench = { correctedP99Ms: number; uncorrectedP99Ms: number; impliedP99Ms: number; off: number }

/** The generator against a server that stalls 200 ms each second. @throws Error when too few were answered for a p99 */
export async function benchStall(): Promise<StallBench> {
  const { result, stalls } = await loadBareServer(STALL_MS, STALLED_ORDERS_PER_SECOND)
  const { corrected, uncorrected } = answerLatency(result.attempts, DEADLINE_MS)
  if (corrected.p99.ms === undefined || uncorrected.p99.ms === undefined)
    throw new Error('Too few requests were answered for a p99.')
  const implied = impliedP99Ms(
    result.attempts.map(({ plannedNs }) => plannedNs),
    stalls,
  )
  return {
    correctedP99Ms: corrected.p99.ms,
    uncorrectedP99Ms: uncorrected.p99.ms,
    impliedP99Ms: implied,
    off: Math.abs(corrected.p99.ms - implied) / implied,
  }
}

async function loadBareServer(
  stallMs: number,
  ordersPerSecond: number,
): Promise<{ result: LoadResult; stalls: Stall[] }> {
  const { server, url } = await startServer(stallMs)
  try {
    const result = await runLoad({
      orders: planOrders({ seed: 1, runId: `bench-${process.pid}`, count: ordersPerSecond * SECONDS }),
      ordersPerSecond,
      target: { url, path: '/order' },
      deadlineMs: DEADLINE_MS,
    })
    server.send('stalls')
    return { result, stalls: await nextMessage<Stall[]>(server) }
  } finally {
    const ended = once(server, 'exit')
    if (server.connected) server.disconnect()
    else server.kill()
    if (server.exitCode === null && server.signalCode === null) await ended
  }
}

/** A server of server.ts, and where it listens. @throws Error when it ends before it listens */
export async function startServer(stallMs: number, ...next: string[]): Promise<{ server: ChildProcess; url: string }> {
  const server = fork(new URL('./server.ts', import.meta.url), [String(stallMs), ...next])
  const { port } = await nextMessage<{ port: number }>(server)
  return { server, url: `http://127.0.0.1:${port}` }
}

/** @throws Error when the server ends instead of sending one */
function nextMessage<T>(server: ChildProcess): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`The bench's server ended early, with code ${code}.`))
    server.once('exit', gone)
    server.once('message', (message: T) => {
      server.removeListener('exit', gone)
      resolve(message)
    })
  })
}

/** On the monotonic clock. */
export type Stall = { fromNs: number; toNs: number }

/**
 * The p99 of latency that a schedule implies, in milliseconds: the target answers at once, except that a start within a stall
 * waits for its end. @throws RangeError without starts
 */
export function impliedP99Ms(plannedNs: readonly number[], stalls: readonly Stall[]): number {
  const waitMs = (atNs: number): number => {
    const met = stalls.find(({ fromNs, toNs }) => fromNs <= atNs && atNs < toNs)
    return met === undefined ? 0 : (met.toNs - atNs) / 1e6
  }
  return nearestRank(
    plannedNs.map(waitMs).sort((one, other) => one - other),
    990,
  )
}
