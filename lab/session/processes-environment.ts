// The site of plain processes: private brokers, or those that the user named.
import { type BrokerControl, withBrokers } from '#engine/run/broker-targets.ts'
import type { BrokerKind, Deployment } from '#engine/experiment/model.ts'
import { openProcesses } from '#runtimes/processes/processes.ts'
import { addressesOf, createBrokers } from './brokers.ts'
import type { ReadyModel, RunEnvironment, EnvironmentOptions } from './environment.ts'

export function processesEnvironment({ dataFolder, signal, onProgress }: EnvironmentOptions): RunEnvironment {
  const brokers = createBrokers({ dataFolder, signal, onProgress })
  return {
    async ready(model) {
      const broker: Deployment['broker'] = {}
      const verbs: Partial<Record<BrokerKind, BrokerControl>> = {}
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
