// Removes what dead labs left: folders, leases of ports, records of what was up, and on brokers that outlived them queues,
// topics and groups; containers.
import { sweepDeadRuns } from '#common/kit/live-runs.ts'
import { sweepLeases } from '#common/kit/ports.ts'
import { removeProject } from './compose/project.ts'
import { models } from './experiments.ts'
import { sweepUps } from './up/record.ts'

export async function sweep(onProgress: (line: string) => void): Promise<void> {
  const swept = await sweepDeadRuns(async ({ prefix, addresses, projects = [] }) => {
    for (const project of projects) await removeProject(project)
    for (const model of models) {
      if (!model.brokers.some(kind => addresses[kind])) continue
      await model.remove({ url: () => '', broker: addresses, prefix })
    }
  })
  await sweepLeases()
  sweepUps(models.map(({ name }) => name))
  for (const { id, problem } of swept) onProgress(problem ?? `removed what the dead run ${id} left`)
}
