// The site of plain processes: private brokers, or those that the user named.
import { type BrokerVerbs, withBrokers } from '#engine/run/broker-targets.ts'
import type { BrokerKind, Place } from '#engine/experiment/model.ts'
import { openProcesses } from '#runtimes/processes/processes.ts'
import { addressesOf, createBrokers } from './brokers.ts'
import type { ReadyModel, Site, SiteOptions } from './environment.ts'

export function processesSite({ dataFolder, signal, onProgress }: SiteOptions): Site {
  const brokers = createBrokers({ dataFolder, signal, onProgress })
  return {
    async ready(model) {
      const broker: Place['broker'] = {}
      const verbs: Partial<Record<BrokerKind, BrokerVerbs>> = {}
      const versions: ReadyModel['brokers'] = {}
      for (const kind of model.brokers) {
        const { address, source, version, process: ours } = await brokers.get(kind)
        broker[kind] = address
        versions[kind] = { source, version }
        if (ours) verbs[kind] = ours
      }
      const open = withBrokers(openProcesses({ broker, dataFolder }), verbs)
      return { open, brokers: versions, lasting: addressesOf(process.env) }
    },
    keepOnly: models => brokers.keepOnly(models.flatMap(model => model.brokers)),
  }
}
