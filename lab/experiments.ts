// The map of models and experiments. A new experiment is one import and one line here.
import type { ComparedModel } from '#common/experiment/compared.ts'
import type { Experiment } from '#common/experiment/define.ts'
import { asyncRabbitmq } from '../async-rabbitmq/model.ts'
import backlogDrain from '../async-rabbitmq/tests/backlog-drain.experiment.ts'
import doubleDelivery from '../async-rabbitmq/tests/double-delivery.experiment.ts'
import poisonMessage from '../async-rabbitmq/tests/poison-message.experiment.ts'
import { streamingKafka } from '../streaming-kafka/model.ts'
import consumerLag from '../streaming-kafka/tests/consumer-lag.experiment.ts'
import replay from '../streaming-kafka/tests/replay.experiment.ts'
import { syncRest } from '../sync-rest/model.ts'
import baselineLatency from '../sync-rest/tests/baseline-latency.experiment.ts'
import failingInventory from '../sync-rest/tests/failing-inventory.experiment.ts'
import slowInventory from '../sync-rest/tests/slow-inventory.experiment.ts'

export const models: readonly ComparedModel[] = [syncRest, asyncRabbitmq, streamingKafka]

/** By `<model>/<name>`, in the order in which `npm start` runs them. */
export const experiments: Readonly<Record<string, Experiment>> = {
  'sync-rest/baseline-latency': baselineLatency,
  'sync-rest/slow-inventory': slowInventory,
  'sync-rest/failing-inventory': failingInventory,
  'async-rabbitmq/backlog-drain': backlogDrain,
  'async-rabbitmq/double-delivery': doubleDelivery,
  'async-rabbitmq/poison-message': poisonMessage,
  'streaming-kafka/consumer-lag': consumerLag,
  'streaming-kafka/replay': replay,
}
