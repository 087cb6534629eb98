// The REST model beside a baseline of the same three hops without stores or logic (order → inventory, then order →
// notification). Loads alternate, so that other work of the machine affects both. An answer comes when the order is completed,
// so its latency is that of completion.
import { join } from 'node:path'
import { acceptedLatency } from '#engine/analysis/latency.ts'
import type { Attempt } from '#engine/load/attempt.ts'
import { runLoad } from '#engine/load/generator.ts'
import { planOrders } from '#engine/load/orders.ts'
import { createProcesses } from '#runtimes/processes/processes.ts'
import { syncRest } from '../../sync-rest/lab/model.ts'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Type } from 'typebox'
import { parse } from '#common/contracts/parse.ts'

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
        const orders = planOrders({
          seed: 1,
          runId,
          count: ORDERS,
          scarceShare: 0,
          unknownSkuShare: 0,
          tooManyShare: 0,
        })
        const target = { url: urls[name], path: '/order' }
        const { attempts } = await runLoad({
          orders,
          ordersPerSecond: ORDERS_PER_SECOND,
          target,
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
  const { p50, p99 } = acceptedLatency(attempts, DEADLINE_MS).corrected
  if (p50.ms === undefined || p99.ms === undefined) throw new Error('Too few orders were answered for a p99.')
  return { p50Ms: p50.ms, p99Ms: p99.ms }
}

const Address = Type.Object({ port: Type.Integer() })

export type BaselineChain = { url: string; stop(): void }

export async function startBaselineChain(): Promise<BaselineChain> {
  const servers: ChildProcess[] = []
  const stop = () => {
    for (const server of servers) server.kill()
  }
  const begin = async (...next: string[]): Promise<string> => {
    const server = fork(new URL('./baseline-server.ts', import.meta.url), next)
    servers.push(server)
    const [address] = await once(server, 'message')
    return `http://127.0.0.1:${parse(Address, address).port}`
  }
  try {
    const inventory = await begin()
    const notification = await begin()
    return { url: await begin(inventory, notification), stop }
  } catch (error) {
    stop()
    throw error
  }
}
