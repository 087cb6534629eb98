/**
 * The bare chain: the three hops of sync-rest (order → inventory, then order → notification) without stores, validation or logic,
 * each a process of its own. What it takes is what HTTP costs.
 */
import { startServer } from '../parts/generator.ts'

/** `pids`: of its three servers. */
export type BareChain = { url: string; pids: readonly number[] }

/** @param ends what ends its servers */
export async function startBareChain(ends: AsyncDisposableStack): Promise<BareChain> {
  const pids: number[] = []
  const start = async (...next: string[]): Promise<string> => {
    const { server, url } = await startServer(0, ...next)
    ends.defer(() => void server.kill())
    if (server.pid !== undefined) pids.push(server.pid)
    return url
  }
  return { url: await start(await start(), await start()), pids }
}
