// The data folder of a run, which the next start removes where a lab was killed; and this removal of all that dead labs left:
// folders, leases of ports, records of what was up, containers, and on brokers that outlived them queues, topics and groups.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { dataRoot } from '#host/folders.ts'
import { registerRun, type RunRecord, sweepDeadRuns } from '#host/run-registry.ts'
import { sweepLeases } from '#host/ports.ts'
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
  mkdirSync(path, { recursive: true })
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 })
      unregister()
    },
  }
}

const ENGINE_MS = 5000

export async function sweep(onProgress: (line: string) => void): Promise<void> {
  const swept = await sweepDeadRuns(async ({ prefix, addresses, projects = [] }) => {
    for (const project of projects) await removeProject(project)
    for (const model of models) {
      if (!model.brokers.some(kind => addresses[kind])) continue
      await model.remove({ url: () => '', broker: addresses, prefix })
    }
  })
  for (const name of await deadContainers()) onProgress(`removed the container ${name} of a dead lab`)
  await sweepLeases()
  sweepUps(models.map(({ name }) => name))
  for (const { id, problem } of swept) onProgress(problem ?? `removed what the dead run ${id} left`)
}

/** An engine that does not answer in time has its containers swept at a later start. */
async function deadContainers(): Promise<string[]> {
  if (!findCommand('docker', process.env)) return []
  return sweepContainers(process.env, AbortSignal.timeout(ENGINE_MS)).catch(() => [])
}
