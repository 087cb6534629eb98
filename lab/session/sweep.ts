// The data folder of a run, which the next start removes where a lab was killed; and this removal of all that dead labs left:
// folders, leases of ports, records of what was up, containers, and on brokers that outlived them queues, topics and groups.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { withDeadline } from '#common/contracts/clock.ts'
import { dataRoot } from '#host/folders.ts'
import { registerRun, type RunRecord, sweepDeadRuns } from '#host/run-registry.ts'
import { sweepLeases } from '#host/ports.ts'
import type { BrokerKind } from '#infra/brokers/broker.ts'
import { probes } from '#infra/brokers/probes.ts'
import { findCommand } from '#infra/brokers/machine-tools.ts'
import { sweepContainers } from '#infra/brokers/docker-engine.ts'
import { removeProject } from '#runtimes/compose/project.ts'
import { models } from './registry.ts'
import { sweepUps } from './up.ts'

export type DataFolder = { path: string; remove(): void }

/** Call `remove` when all that the record names is gone. @param left what the run may leave on brokers that outlive it */
export function openDataFolder(name: string, left: Partial<RunRecord> = {}): DataFolder {
  const path = join(dataRoot(), name)
  const { unregister } = registerRun({ directories: [path], prefix: '', addresses: {}, ...left })
  makeFolder(path)
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 })
      unregister()
    },
  }
}

const ENGINE_MS = 5000

/** Ends when `signal` is aborted; what is left then is for the next start. */
export async function sweep(onProgress: (line: string) => void, signal: AbortSignal): Promise<void> {
  const requireAnswer = askOnce(signal)
  const swept = await sweepDeadRuns(async ({ prefix, addresses, projects = [] }) => {
    signal.throwIfAborted()
    for (const project of projects) await removeProject(project)
    for (const model of models) {
      const used = model.brokers.flatMap(kind => (addresses[kind] ? [{ kind, address: addresses[kind] }] : []))
      if (used.length === 0) continue
      for (const { kind, address } of used) await requireAnswer(kind, address)
      await withDeadline(model.remove({ url: () => '', broker: addresses, prefix }), signal)
    }
  })
  if (signal.aborted) return
  for (const name of await deadContainers()) onProgress(`removed the container ${name} of a dead lab`)
  await sweepLeases()
  sweepUps(models.map(({ name }) => name))
  for (const { id, problem } of swept) onProgress(problem ?? `removed what the dead run ${id} left`)
}

/** A broker that is gone since is asked once, however many dead runs left something there: a client would try for long. */
function askOnce(signal: AbortSignal): (kind: BrokerKind, address: string) => Promise<string> {
  const answers = new Map<string, Promise<string>>()
  return (kind, address) => {
    const answer = answers.get(address) ?? probes[kind](address)
    answers.set(address, answer)
    return withDeadline(answer, signal)
  }
}

/** An engine that does not answer in time has its containers swept at a later start. */
async function deadContainers(): Promise<string[]> {
  if (!findCommand('docker', process.env)) return []
  return sweepContainers(process.env, AbortSignal.timeout(ENGINE_MS)).catch(() => [])
}
