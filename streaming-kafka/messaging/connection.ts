// A service's connection to Kafka: its admin client, its producer, its topics, and a probe of the broker every second.
// Guarantees: health is red from the first probe that the broker does not answer to the first that it answers.
import { setTimeout as wait } from 'node:timers/promises'
import { createAdmin, type BrokerAdmin } from '../broker/admin.ts'
import { explain } from '#common/contracts/errors.ts'
import type { GroupSettings } from '../broker/group.ts'
import { createProducer, type LogProducer } from '../broker/producer.ts'
import type { Occupancy } from '#common/service/occupancy.ts'
import { retryUntilClosed, degradedReporter, type RetryParts } from '#common/service/retry.ts'
import {
  lossySettings,
  prefixed,
  TOPICS,
  topicNames,
  topicSpecs,
  type TopicKey,
  type TopicNames,
  type TopicSpec,
} from './topics.ts'

const PROBE_EVERY_MS = 1_000
const PROBE_DEADLINE_MS = 2_000
const FINISH_MS = 2_500
const MAX_WAITING_RECORDS = 5_000

/** Every store can be filled again from these. */
const FILLS_STORES: TopicKey[] = ['orders', 'inventoryEvents', 'initialStock', 'notifications']

export type KafkaConnection = RetryParts & {
  occupancy: Occupancy
  brokers: string
  /** Names the clients and the group of this service: the prefix and the service. */
  name: string
  groupSettings: GroupSettings
  topics: TopicNames
  admin: BrokerAdmin
  producer: LogProducer
  /** Nothing is written, and nothing written again, before `mayWrite` resolves. */
  guardWrites(mayWrite: () => Promise<void>): void
  /** The producer was closed while records were on their way, and they may still reach the log. */
  leftUnanswered(): boolean
  specs(...keys: TopicKey[]): TopicSpec[]
  /** Resolves when the topics exist. Waits for the broker without a limit. */
  ready(): Promise<void>
  /** Waits a moment for `running` to end, then closes the clients, which ends all that waits for the broker. */
  close(running: Promise<void>): Promise<void>
}

type Parts = RetryParts & {
  occupancy: Occupancy
  config: {
    KAFKA_BROKERS: string
    PREFIX: string
    TOPIC_FLUSH: 'on' | 'off'
    GROUP_SETTINGS: GroupSettings
  }
}

export function openConnection(service: string, { config, ...parts }: Parts): KafkaConnection {
  const { KAFKA_BROKERS: brokers, PREFIX: prefix } = config
  const name = prefix + service
  const admin = createAdmin(brokers, name)
  const onDegraded = degradedReporter(parts, 'producer')
  const sends = parts.occupancy.sends()
  const producer = createProducer({ brokers, clientId: name, maxWaiting: MAX_WAITING_RECORDS, onDegraded, sends })
  parts.health.report('start', 'not ready yet')
  void probeBroker(admin, parts)
  return {
    ...parts,
    brokers,
    name,
    groupSettings: config.GROUP_SETTINGS,
    topics: topicNames(prefix),
    admin,
    producer,
    guardWrites: producer.guardWith,
    leftUnanswered: producer.leftUnanswered,
    specs: (...keys) => keys.map(key => prefixed(prefix, TOPICS[key])),
    async ready() {
      const work = () => admin.ensureTopics(topicSpecs(prefix), config.TOPIC_FLUSH === 'on')
      await retryUntilClosed(parts, 'topics', work)
      parts.health.warn('topic settings', await whyLossy(admin, prefix))
    },
    async close(running) {
      await Promise.race([running, wait(FINISH_MS)])
      await Promise.race([Promise.all([producer.close(), admin.close()]), wait(500)]).catch(() => {})
      await Promise.race([running, wait(500)])
    },
  }
}

/** Somebody may have made a topic before, or changed it. A service works on it all the same, and says what will be lost. */
async function whyLossy(admin: BrokerAdmin, prefix: string): Promise<string | null> {
  const names = FILLS_STORES.map(key => prefix + TOPICS[key].name)
  const settings = await admin.settings(names).catch(() => undefined)
  // A user who may not describe topics may still use them.
  const lossy = [...(settings ?? [])].flatMap(([name, of]) => {
    const why = lossySettings(of)
    return why === null ? [] : [`${name} (${why})`]
  })
  if (lossy.length === 0) return null
  return `the broker removes records of ${lossy.join(', ')}: no store can be filled from them again; set cleanup.policy=delete and the retention to -1`
}

async function probeBroker(admin: BrokerAdmin, parts: RetryParts): Promise<void> {
  const report = degradedReporter(parts, 'broker')
  while (!parts.closing.aborted) {
    const late = wait(PROBE_DEADLINE_MS, undefined, { ref: false }).then(() => {
      throw new Error(`the broker did not answer within ${PROBE_DEADLINE_MS} ms`)
    })
    late.catch(() => {})
    await Promise.race([admin.ping(), late]).then(
      () => report(null),
      error => report(explain(error)),
    )
    await wait(PROBE_EVERY_MS, undefined, { signal: parts.closing }).catch(() => {})
  }
}
