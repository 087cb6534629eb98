// The REST model beside a baseline of the same three hops without stores or logic (order → inventory, then order →
// notification). Loads alternate, so that other work of the machine affects both. An answer comes when the order is completed,
// so its latency is that of completion.
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { answerLatency } from '#engine/analysis/latency.ts'
import type { Attempt } from '#engine/load/attempt.ts'
import { runLoad } from '#engine/load/generator.ts'
import { planOrders } from '#engine/load/orders.ts'
import { createProcesses } from '#runtimes/processes/processes.ts'
import { syncRest } from '../../sync-rest/lab/model.ts'
import { startServer } from './generator.ts'

const ORDERS_PER_SECOND = 200
const ORDERS = 1_000
const ROUNDS = 3
const DEADLINE_MS = 5_000

type Latency = { p50Ms: number; p99Ms: number }
export type RestBench = { ordersPerSecond: number; orders: number; bare: Latency; lab: Latency; ratio: number }

/** @param dataFolder for stores and logs. @throws Error when too few were answered for a p99 */
export async function benchRest(dataFolder: string, signal: AbortSignal): Promise<RestBench> {
  const bare = await startBaselineChain()
  try {
    const { runtime } = await createProcesses({
      model: syncRest,
      broker: {},
      prefix: '',
      dataFolder,
      logFolder: join(dataFolder, 'logs'),
      environment: {},
      supervised: [],
      signal,
    })
    try {
      await Promise.all(syncRest.services.map(({ name }) => runtime.start(name)))
      const urls = { bare: bare.url, lab: runtime.url(syncRest.entry) }
      const load = async (name: keyof typeof urls, round: string): Promise<Attempt[]> => {
        const runId = `bench-${name}-${round}-${process.pid}`
        // Every order can be reserved, so that every answer has gone through all three hops.
        const mix = { scarceShare: 0, unknownSkuShare: 0, tooManyShare: 0 }
        const { attempts } = await runLoad({
          orders: planOrders({ seed: 1, runId, count: ORDERS, ...mix }),
          ordersPerSecond: ORDERS_PER_SECOND,
          target: { url: urls[name], path: '/order' },
          deadlineMs: DEADLINE_MS,
          signal,
        })
        return attempts
      }
      await load('bare', 'warm')
      await load('lab', 'warm')
      const found: { bare: Attempt[]; lab: Attempt[] } = { bare: [], lab: [] }
      for (let round = 0; round < ROUNDS; round++) {
        found.bare.push(...(await load('bare', String(round))))
        found.lab.push(...(await load('lab', String(round))))
      }
      const latencies = { bare: latencyOf(found.bare), lab: latencyOf(found.lab) }
      const ratio = latencies.lab.p50Ms / latencies.bare.p50Ms
      return { ordersPerSecond: ORDERS_PER_SECOND, orders: ORDERS * ROUNDS, ...latencies, ratio }
    } finally {
      await runtime.stop()
    }
  } finally {
    bare.stop()
  }
}

function latencyOf(attempts: readonly Attempt[]): Latency {
  const { p50, p99 } = answerLatency(attempts, DEADLINE_MS).corrected
  if (p50.ms === undefined || p99.ms === undefined) throw new Error('Too few orders were answered for a p99.')
  return { p50Ms: p50.ms, p99Ms: p99.ms }
}

export type BaselineChain = { url: string; stop(): void }

export async function startBaselineChain(): Promise<BaselineChain> {
  const servers: ChildProcess[] = []
  const stop = () => {
    for (const server of servers) server.kill()
  }
  const start = async (...next: string[]): Promise<string> => {
    const { server, url } = await startServer(0, ...next)
    servers.push(server)
    return url
  }
  try {
    return { url: await start(await start(), await start()), stop }
  } catch (error) {
    stop()
    throw error
  }
}
