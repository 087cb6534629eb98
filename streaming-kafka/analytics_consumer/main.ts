// analytics_consumer of the streaming model: orders per minute of event time and the failure rate, from both streams.
// Guarantees: each record is counted once, across crashes; the same records give the same `metrics.json`, byte for byte.
// It starts at the position in its store, which is written together with the counts. Without a store it starts at the
// beginning of the topics, whatever offsets its group has committed: a part of the log would give wrong numbers.
import { join as joinPath } from 'node:path'
import { createFaultInjector, faultRoutes, type FaultInjector } from '#common/faults/fault-injector.ts'
import { slowDiskOf } from '#common/faults/slow-disk.ts'
import { createServer } from '#common/service/http-server.ts'
import { runService } from '#common/service/service.ts'
import { identityTables, type IdentityTables } from '#common/stores/identity.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import { metricsDocument, metricsOf } from '#common/workflow/compute-metrics.ts'
import { GATHERED } from '../broker/log-reader.ts'
import type { LogRecord } from '../broker/record.ts'
import { lastOfEach, materialize } from '../messaging/materialize.ts'
import { retryUntilClosed, degradedReporter } from '#common/service/retry.ts'
import { openMembership } from '../messaging/membership.ts'
import { openConnection, type KafkaConnection } from '../messaging/connection.ts'
import type { TopicKey } from '../messaging/topics.ts'
import { analyticsTables, type AnalyticsTables, countInto, eventOf } from './counts.ts'
import { metricsFile, type MetricsFile } from './metrics-file.ts'
import { analyticsRoutes } from './routes.ts'
import { faults, NAME, settings } from './settings.ts'

/** A backlog is read in larger steps than elsewhere. */
const FETCH_SIZE = { ...GATHERED, maxBytes: 4 * 1024 * 1024 }
/** Records in one transaction. They hold the event loop for about a tenth of a second. */
const CHUNK = 10_000

const TOPICS_READ: TopicKey[] = ['orders', 'inventoryEvents']

await runService(NAME, {
  settings,
  async start(parts) {
    const { config } = parts
    const faultInjector = createFaultInjector({ ...faults, ...parts })
    const store = parts.openStore(
      'metrics',
      db => ({ ...analyticsTables(db), ...identityTables(db) }),
      slowDiskOf(faultInjector),
    )
    const documentIn = (tx: AnalyticsTables) => metricsDocument(metricsOf(tx))
    const state = () => store.read(tx => ({ document: documentIn(tx), partitions: tx.reads() }))
    const path = config.METRICS_FILE || joinPath(config.DATA_DIR, 'metrics.json')
    const file = metricsFile(path, state, degradedReporter(parts, 'metrics file'))
    const server = createServer(parts)
    analyticsRoutes(server, () => store.read(documentIn), file)
    faultRoutes(server, faultInjector)
    const kafka = openConnection('analytics_consumer', parts)
    const running = countLog({ kafka, store, file, concurrency: config.CONCURRENCY, faultInjector })
    return {
      server,
      async stop() {
        await kafka.close(running)
        await file.written()
        store.close()
      },
    }
  },
})

type CountParts = {
  kafka: KafkaConnection
  store: ServiceStore<AnalyticsTables & IdentityTables>
  file: MetricsFile
  /** Records that an injected fault holds at once. */
  concurrency: number
  faultInjector: FaultInjector
}

/** Counts the records of both streams until the service closes. The offsets of the group follow the store. */
async function countLog({ kafka, store, file, concurrency, faultInjector }: CountParts): Promise<void> {
  const crash = faultInjector.crashPoint('store-commit')
  const inject = faultInjector.on ? injectFaults(kafka, faultInjector) : undefined
  await kafka.ready()
  const group = await openMembership(kafka, store.peek.storeId).join(...TOPICS_READ)
  if (!group) return
  // Not before: another instance may write the same file.
  file.write()
  kafka.health.report('start', null)
  await materialize({
    kafka,
    store,
    topics: TOPICS_READ,
    chunk: () => (faultInjector.isActive() ? concurrency : CHUNK),
    fetchSize: FETCH_SIZE,
    apply: countInto(kafka.topics),
    async beforeChunk(records) {
      await inject?.(records)
      // It writes nothing to the log, so this is where it notices that another instance has taken over.
      await retryUntilClosed(kafka, 'claim', group.untilProven)
    },
    onApplied(records) {
      file.write()
      crash()
      for (const { topic, partition, offset } of lastOfEach(records)) group.done(topic, partition, offset + 1n)
    },
    // A crash may have left counted records uncommitted, in a partition that gets no further record.
    onCaughtUp() {
      for (const { topic, partition, next } of store.peek.reads()) group.done(topic, partition, BigInt(next))
    },
    until: 'closed',
  })
  await group.close()
}

/** The injected faults delay a chunk before it is counted. An injected error is retried until it is over. */
function injectFaults(kafka: KafkaConnection, faultInjector: FaultInjector) {
  const inject = faultInjector.wrap(async (_order: { orderId: string; userId: string }) => {})
  return async (records: LogRecord[]): Promise<void> => {
    const events = records.map(record => eventOf(kafka.topics, record)).filter(event => event !== undefined)
    await Promise.all(
      events.map(({ correlationId, data: { orderId, userId } }) => {
        const context = { correlationId, signal: kafka.closing, log: kafka.log }
        return retryUntilClosed(kafka, 'work', () => inject({ orderId, userId }, context))
      }),
    )
  }
}
