// The paths of the published evidence. Sources are written from a run; everything else is rendered from them.
import { join } from 'node:path'

export const summaryOf = (model: string): string => join(model, 'tests/results/summary.json')
export const pageOf = (model: string): string => join(model, 'tests/results/README.md')

/** Of other runs of the comparison, beside the published one: a file for each. */
export const OTHER_RUNS = 'docs/comparison/other-runs'

/** The metrics before and after the replay, which no summary holds. */
export const SNAPSHOTS = 'streaming-kafka/tests/results/replay.json'
export const METRICS = 'streaming-kafka/analytics_consumer/metrics.json'

export type PublishedPicture = { file: string; of: 'timeline' | 'shares' | 'metrics' }

export const REPLAY = 'streaming-kafka/replay'

/** Pictures by `<model>/<experiment>`: the file without its ending, and what it shows: its timeline, latency by share, or metrics. */
export const PICTURES: Readonly<Record<string, PublishedPicture>> = {
  'sync-rest/baseline-latency': { file: 'sync-rest/tests/results/baseline-latency', of: 'shares' },
  'sync-rest/slow-inventory': { file: 'sync-rest/tests/results/slow-inventory', of: 'shares' },
  'sync-rest/failing-inventory': { file: 'sync-rest/tests/results/failing-inventory', of: 'timeline' },
  'async-rabbitmq/backlog-drain': { file: 'async-rabbitmq/tests/results/backlog-drain', of: 'timeline' },
  'async-rabbitmq/double-delivery': { file: 'async-rabbitmq/tests/results/double-delivery', of: 'timeline' },
  'async-rabbitmq/poison-message': { file: 'async-rabbitmq/tests/results/poison-message', of: 'shares' },
  'streaming-kafka/consumer-lag': { file: 'streaming-kafka/test-results-screenshot/consumer-lag', of: 'timeline' },
  [REPLAY]: { file: 'streaming-kafka/test-results-screenshot/replay', of: 'metrics' },
}

/** Excerpts of the services' logs, by the experiment that they are taken from. */
export const LOGS: Readonly<Record<string, string>> = {
  'async-rabbitmq/backlog-drain': 'async-rabbitmq/tests/results/backlog-and-recovery.txt',
  'async-rabbitmq/double-delivery': 'async-rabbitmq/tests/results/idempotency.txt',
  'async-rabbitmq/poison-message': 'async-rabbitmq/tests/results/dead-letters.txt',
}
