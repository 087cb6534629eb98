// What can be set and what can be broken in the services of each model: the constants that the services themselves read.
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import type { Setting } from '#common/service/config.ts'
import { settings as asyncRabbitmq } from '../../async-rabbitmq/lab/model.ts'
import { settings as streamingKafka } from '../../streaming-kafka/lab/model.ts'
import { settings as syncRest } from '../../sync-rest/lab/model.ts'

/** `settings.ts` of one service. */
export type ServiceSettings = {
  NAME: string
  settings: Readonly<Record<string, Setting<unknown>>>
} & ({ faults: ServiceFaults } | { faultsOf(outbox: 'on' | 'off'): ServiceFaults })

/** By model. */
export const SETTINGS: Readonly<Record<string, readonly ServiceSettings[]>> = {
  'sync-rest': syncRest,
  'async-rabbitmq': asyncRabbitmq,
  'streaming-kafka': streamingKafka,
}

/** The crash points of an order service depend on whether it has its outbox. */
export const faultsOf = (service: ServiceSettings, outbox: 'on' | 'off'): ServiceFaults =>
  'faults' in service ? service.faults : service.faultsOf(outbox)
