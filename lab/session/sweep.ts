// Removes what dead labs left: folders, leases of ports, records of what was up, and on brokers that outlived them queues,
// topics and groups; containers.
import { sweepDeadRuns } from '#host/run-registry.ts'
import { sweepLeases } from '#host/ports.ts'
import { findCommand } from '#infra/brokers/machine-tools.ts'
import { sweepContainers } from '#infra/brokers/docker-engine.ts'
import { removeProject } from '#runtimes/compose/project.ts'
import { models } from './registry.ts'
import { sweepUps } from './up.ts'

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
