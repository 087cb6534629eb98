// The site of plain processes: private brokers, or those that the user named.
import type { Place } from '#common/experiment/model.ts'
import { openProcesses } from '#common/experiment/processes.ts'
import { addressesOf, createBrokers } from './brokers.ts'
import type { ReadyModel, Site, SiteOptions } from './site.ts'

export function processesSite({ dataFolder, signal, onProgress }: SiteOptions): Site {
  const brokers = createBrokers({ dataFolder, signal, onProgress })
  return {
    async ready(model) {
      const broker: Place['broker'] = {}
      const versions: ReadyModel['brokers'] = {}
      for (const kind of model.brokers) {
        const { address, source, version } = await brokers.get(kind)
        broker[kind] = address
        versions[kind] = { source, version }
      }
      return { open: openProcesses({ broker, dataFolder }), brokers: versions, lasting: addressesOf(process.env) }
    },
    keepOnly: models => brokers.keepOnly(models.flatMap(model => model.brokers)),
  }
}
