/**
 * The bare chain: the three hops of sync-rest (order → inventory, then order → notification) without stores, validation or logic,
 * each a process of its own. What it takes is what HTTP costs.
 */
import type { ChildProcess } from 'node:child_process'
import { startServer } from './generator.ts'

export type BareChain = {
  url: string
  /** Of its three servers. */
  pids: readonly number[]
  stop(): void
}

export async function startBareChain(): Promise<BareChain> {
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
    const url = await start(await start(), await start())
    return { url, pids: servers.flatMap(({ pid }) => pid ?? []), stop }
  } catch (error) {
    stop()
    throw error
  }
}
