// The models and experiments of the lab, and the names of all that can be run. A new experiment is one import and one line here.
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { Experiment } from '#engine/experiment/define.ts'
import { asyncRabbitmq } from '../../async-rabbitmq/lab/model.ts'
import backlogDrain from '../../async-rabbitmq/tests/experiments/backlog-drain.experiment.ts'
import doubleDelivery from '../../async-rabbitmq/tests/experiments/double-delivery.experiment.ts'
import poisonMessage from '../../async-rabbitmq/tests/experiments/poison-message.experiment.ts'
import { streamingKafka } from '../../streaming-kafka/lab/model.ts'
import consumerLag from '../../streaming-kafka/tests/experiments/consumer-lag.experiment.ts'
import replay from '../../streaming-kafka/tests/experiments/replay.experiment.ts'
import { syncRest } from '../../sync-rest/lab/model.ts'
import baselineLatency from '../../sync-rest/tests/experiments/baseline-latency.experiment.ts'
import failingInventory from '../../sync-rest/tests/experiments/failing-inventory.experiment.ts'
import slowInventory from '../../sync-rest/tests/experiments/slow-inventory.experiment.ts'
import { usualScenarios } from '../comparison/scenarios.ts'

export const models: readonly ComparableModel[] = [syncRest, asyncRabbitmq, streamingKafka]

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

/** All that can be run, by name: a command that runs all of it need not list it. */
export type Registry = {
  /** `model/experiment`. */
  experiments: readonly string[]
  /** Those that a comparison runs unless it is asked for others. */
  scenarios: readonly string[]
  models: readonly string[]
}

export const registry: Registry = {
  experiments: Object.keys(experiments),
  scenarios: usualScenarios.map(({ name }) => name),
  models: models.map(({ name }) => name),
}
