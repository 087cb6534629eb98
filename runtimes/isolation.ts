// Makes the host of a stopped process look gone: the queue of connections that it has not accepted is filled, and then the
// kernel drops each further attempt, which neither succeeds nor is refused. No root and no firewall is needed.
// Guarantees: `end` closes every connection that was made here. Not proved here: that the queue is full, because a proxy in front
// of a container takes connections in its place and fills the queue by passing them on. An experiment shows it by its answers.
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

export type Isolation = {
  /** Of a service that is stopped. Resolves when no further connection is made. */
  begin(service: string, url: string): Promise<void>
  /** Of one service, or of all. */
  end(service?: string): void
}

/** A Node server's queue holds 512 (its `backlog` of 511, and one). Each attempt beyond that waits. */
const ATTEMPTS = 560
/** The queue is full when none of the waiting attempts succeeds for so long. */
const QUIET_MS = 300

export function createIsolation(): Isolation {
  const connections = new Map<string, Socket[]>()
  const end = (service: string): void => {
    for (const socket of connections.get(service) ?? []) socket.destroy()
    connections.delete(service)
  }
  return {
    async begin(service, url) {
      const { hostname: host, port } = new URL(url)
      let connected = 0
      const attempts = Array.from({ length: ATTEMPTS }, () =>
        // One that is reset when the process ends has done what it was for.
        connect({ host, port: Number(port) }, () => connected++).on('error', () => {}),
      )
      connections.set(service, attempts)
      for (let before = -1; before < connected; ) {
        before = connected
        await wait(QUIET_MS)
      }
    },
    end(service) {
      for (const name of service === undefined ? [...connections.keys()] : [service]) end(name)
    },
  }
}
