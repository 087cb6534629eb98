// Removes what dead labs left: folders, leases of ports, records of what was up, and on brokers that outlived them queues,
// topics and groups.
import { sweepDeadRuns } from '#common/kit/live-runs.ts'
import { sweepLeases } from '#common/kit/ports.ts'
import { models } from './experiments.ts'
import { sweepUps } from './up/record.ts'

export async function sweep(onProgress: (line: string) => void): Promise<void> {
  const swept = await sweepDeadRuns(async ({ prefix, addresses }) => {
    for (const model of models) {
      if (!model.brokers.some(kind => addresses[kind])) continue
      await model.remove({ url: () => '', broker: addresses, prefix })
    }
  })
  await sweepLeases()
  sweepUps(models.map(({ name }) => name))
  for (const { id, problem } of swept) onProgress(problem ?? `removed what the dead run ${id} left`)
}
