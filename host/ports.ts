/**
 * Loopback ports that are the lab's for as long as it wants them. Guarantees that two labs of one user
 * never hold the same port: each has a lease file with its owner, taken under a lock. A port lies below the
 * ephemeral range, so what is killed finds it free when it comes back: the system gives it to no connection.
 * It does not stop a program that knows nothing of leases from listening there.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { withLock } from './file-lock.ts'
import { cacheFolder } from './folders.ts'
import { isAlive, parseOwner, thisOwner } from './process-table.ts'

const LOWEST = 10_000
const HIGHEST = 32_000

export type PortLease = { ports: number[]; release(): void }

/** Leases `count` free ports; throws when there are not so many between 10,000 and 32,000. */
export async function leasePorts(count: number): Promise<PortLease> {
  const folder = join(cacheFolder(), 'ports')
  makeFolder(folder)
  const leaseFile = (port: number): string => join(folder, String(port))
  const held = await withLock('ports', async () => {
    const taken: number[] = []
    const start = Math.floor(Math.random() * (HIGHEST - LOWEST))
    for (let step = 0; step < HIGHEST - LOWEST && taken.length < count; step++) {
      const port = LOWEST + ((start + step) % (HIGHEST - LOWEST))
      if (isLeased(leaseFile(port)) || !(await isFree(port))) continue
      writeFileSync(leaseFile(port), JSON.stringify(thisOwner()))
      taken.push(port)
    }
    return taken
  })
  const release = (): void => {
    // Emptied, because a second call must not take away what another lab leased since.
    for (const port of held.splice(0)) rmSync(leaseFile(port), { force: true })
  }
  const ports = [...held]
  if (ports.length < count) {
    release()
    throw new Error(`Only ${ports.length} of ${count} ports between ${LOWEST} and ${HIGHEST} are free; close some.`)
  }
  return { ports, release }
}

/** Deletes the leases of the dead. Those that are taken over meanwhile are left alone: it holds the same lock. */
export async function sweepLeases(): Promise<void> {
  const folder = join(cacheFolder(), 'ports')
  makeFolder(folder)
  await withLock('ports', async () => {
    for (const name of readdirSync(folder))
      if (!isLeased(join(folder, name))) rmSync(join(folder, name), { force: true })
  })
}

/** False too for the lease of a dead owner, which may be overwritten. */
function isLeased(file: string): boolean {
  try {
    const owner = parseOwner(JSON.parse(readFileSync(file, 'utf8')))
    return owner !== undefined && isAlive(owner)
  } catch {
    return false
  }
}

/** Whether the loopback port can be listened on; false also where listening there is not allowed. */
export function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
