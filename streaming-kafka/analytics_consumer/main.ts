// analytics_consumer of the streaming model: orders per minute of event time and the failure rate, from both streams.
// Guarantees: each record is counted once, across crashes; the same records give the same `metrics.json`, byte for byte.
// Where it starts is its store's knowledge, written together with the counts. With the store gone it computes from the
// beginning of the topics, whatever its group has committed: a part of the log would give wrong numbers.
import { join as joinPath } from 'node:path'
import { delay } from '#common/faults/delay.ts'
import { error } from '#common/faults/error.ts'
import { kill } from '#common/faults/kill.ts'
import { faultRoutes } from '#common/faults/fault-routes.ts'
import { createFaultInjector } from '#common/faults/fault-injector.ts'
import { throttle } from '#common/faults/throttle.ts'
import { text } from '#common/service/config.ts'
import { createServer } from '#common/service/http-server.ts'
import { commonSettings, concurrencySetting, runService } from '#common/service/service.ts'
import { openStore } from '#common/stores/store.ts'
import { metricsDocument, metricsOf } from '#common/workflow/compute-metrics.ts'
import { joinGroup, type Group } from '../broker/group.ts'
import type { LogRecord } from '../broker/record.ts'
import { materialize } from '../messaging/materialize.ts'
import { retryUntilClosed, degradedReporter } from '../messaging/retry-until-closed.ts'
import { openConnection } from '../messaging/connection.ts'
import { kafkaSettings } from '../messaging/settings.ts'
import type { TopicKey } from '../messaging/topics.ts'
import { countInto, eventOf } from './count.ts'
import { metricsFile } from './metrics-file.ts'
import { analyticsTables } from './tables.ts'

const NAME = 'streaming-kafka/analytics_consumer'
const TOPICS_READ: TopicKey[] = ['orders', 'inventoryEvents']

export const settings = {
  ...commonSettings(NAME, 8023),
  ...kafkaSettings,
  W: concurrencySetting,
  METRICS_FILE: text('', 'the file that it writes; by default metrics.json in DATA_DIR'),
}

await runService(NAME, {
  settings,
  async start(parts) {
    const { config, environment } = parts
    const switchboard = createFaultInjector({
      role: 'ANALYTICS',
      environment,
      faults: [throttle, delay, error, kill],
      crashPoints: ['store-commit'],
    })
    const beforeCommit = switchboard.crashPoint('store-commit')
    const store = openStore(config.DATA_DIR, 'analytics', analyticsTables)
    const document = () => metricsDocument(metricsOf(store.read))
    const file = config.METRICS_FILE || joinPath(config.DATA_DIR, 'metrics.json')
    const metrics = metricsFile(file, document, degradedReporter(parts, 'metrics file'))
    const server = await createServer(parts)
    server.get('/metrics.json', (_request, reply) => reply.type('application/json').send(document()))
    server.get('/progress', async () => {
      // The digest is that of the file which says what these records say.
      await metrics.written()
      return { partitions: store.read.reads(), metricsFile: metrics.digest() }
    })
    faultRoutes(server, switchboard)

    const kafka = openConnection('analytics_consumer', config, parts)
    /** The faults of the lab hold a chunk before it is counted; without them this is nothing. */
    const gate = switchboard.wrap(async (_about: { orderId: string; userId: string }) => {})
    const pass = async (record: LogRecord): Promise<void> => {
      const event = eventOf(kafka.topics, record)
      if (!event) return
      const { correlationId, data } = event
      const context = { correlationId, signal: parts.closing, log: parts.log }
      await retryUntilClosed(parts, 'work', () => gate({ orderId: data.orderId, userId: data.userId }, context))
    }
    async function run(): Promise<void> {
      metrics.write()
      await kafka.ready()
      const group = await retryUntilClosed(parts, 'group', join)
      if (!group) return
      parts.health.report('start', null)
      await materialize({
        kafka,
        store,
        topics: TOPICS_READ,
        chunk: config.W,
        apply: countInto(kafka.topics),
        before: switchboard.on ? async records => void (await Promise.all(records.map(pass))) : undefined,
        applied(records) {
          metrics.write()
          beforeCommit()
          for (const { topic, partition, offset } of records) group.done(topic, partition, offset + 1n)
        },
        // What was counted just before a crash may not be committed, and its partition may get no record any more.
        caughtUp() {
          for (const { topic, partition, next } of store.read.reads()) group.done(topic, partition, BigInt(next))
        },
        until: 'ever',
      })
      await group.close()
    }
    function join(): Promise<Group> {
      const onDegraded = degradedReporter(parts, 'membership')
      const topics = TOPICS_READ.map(key => kafka.topics[key])
      return joinGroup({ brokers: kafka.brokers, group: kafka.name, topics, onDegraded: onDegraded })
    }
    const running = run()
    return {
      server,
      async stop() {
        await kafka.close(running)
        await metrics.written()
        store.close()
      },
    }
  },
})
