// The three hops of the synchronous model done bare: order → inventory, then order → notification.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Type } from 'typebox'
import { parse } from '#common/contracts/parse.ts'

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
