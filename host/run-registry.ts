/**
 * The run registry: a record of each run in progress, so that the next start can remove what a killed run left behind.
 * Guarantees that a run whose owner is alive is left alone, that only folders below the data root are deleted, and that a
 * record is deleted only after everything that it names.
 */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { withLock } from './file-lock.ts'
import { cacheFolder, dataRoot } from './folders.ts'
import { isAlive, type Owner, parseOwner, thisOwner } from './process-table.ts'

export type RunRecord = {
  /** Absolute paths below the data root, deleted when the owner is dead. */
  directories: string[]
  /** What all queues, topics and groups of this run begin with. */
  prefix: string
  /** Where such queues, topics and groups are, by kind of broker; only brokers that outlive the run. */
  addresses: Record<string, string>
  /** Compose projects of this run. */
  projects?: string[]
}

/** What a sweep did with one dead run; `problem` says why its record stays for the next sweep. */
export type SweptRun = { id: string; run: RunRecord; problem?: string }

/** Writes the run's record before anything of it exists; `unregister` is called when all of it is gone. */
export function registerRun(run: RunRecord): { unregister(): void } {
  const file = recordFile(randomUUID())
  makeFolder(recordFolder())
  // Addresses may hold passwords, and a half-written record must not be read.
  writeFileSync(`${file}.new`, JSON.stringify({ owner: thisOwner(), ...run }), { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return { unregister: () => rmSync(file, { force: true }) }
}

/** The processes of this machine that have a run in progress, this one left out. */
export function otherRuns(): number[] {
  const own = thisOwner()
  const owners = recordIds().flatMap(id => readRecord(id)?.owner ?? [])
  const others = owners.filter(owner => owner.host === own.host && owner.pid !== own.pid && isAlive(owner))
  return [...new Set(others.map(({ pid }) => pid))]
}

/** Clears up after dead runs; `remove` takes away what they left beyond folders. */
export async function sweepDeadRuns(remove: (run: RunRecord) => Promise<void>): Promise<SweptRun[]> {
  makeFolder(recordFolder())
  return withLock('sweep', async () => {
    const swept: SweptRun[] = []
    for (const id of recordIds()) {
      const record = readRecord(id)
      if (!record || isAlive(record.owner)) continue
      const problem = await clear(id, record.run, remove)
      swept.push({ id, run: record.run, problem })
    }
    return swept
  })
}

async function clear(
  id: string,
  run: RunRecord,
  remove: (run: RunRecord) => Promise<void>,
): Promise<string | undefined> {
  try {
    for (const directory of run.directories) {
      if (!resolve(directory).startsWith(dataRoot() + sep)) {
        throw new Error(`${directory} is outside of ${dataRoot()}, so it is not deleted.`)
      }
      // Children of a lab that was killed just now may still be ending, and writing.
      rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    }
    await remove(run)
    rmSync(recordFile(id), { force: true })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const recordFolder = (): string => join(cacheFolder(), 'live')
function recordIds(): string[] {
  makeFolder(recordFolder())
  return readdirSync(recordFolder()).flatMap(name => (name.endsWith('.json') ? [name.replace(/\.json$/, '')] : []))
}
const recordFile = (id: string): string => join(recordFolder(), `${id}.json`)

function readRecord(id: string): { owner: Owner; run: RunRecord } | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(recordFile(id), 'utf8'))
    if (typeof value !== 'object' || value === null) return undefined
    if (!('owner' in value && 'directories' in value && 'prefix' in value && 'addresses' in value)) return undefined
    const owner = parseOwner(value.owner)
    const { directories, prefix, addresses } = value
    if (!owner || !Array.isArray(directories) || typeof prefix !== 'string') return undefined
    if (typeof addresses !== 'object' || addresses === null) return undefined
    const projects = 'projects' in value && Array.isArray(value.projects) ? value.projects.map(String) : []
    const texts = Object.entries(addresses).map(([kind, address]) => [kind, String(address)])
    const run = { directories: directories.map(String), prefix, addresses: Object.fromEntries(texts), projects }
    return { owner, run }
  } catch {
    return undefined
  }
}
