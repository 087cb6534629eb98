/**
 * The settings of the brokers and of their clients that are not the broker's or client's default, as data, for the tables of
 * the comparison page and of the report: whoever repeats a measurement elsewhere has to know them.
 *
 * Guarantees, by infra/non-default-settings.test.ts: every setting in `infra/kafka/server.properties` and
 * `infra/rabbitmq/rabbitmq.conf` is here with its value, unless it only makes the one node or states the default
 * anyway; and every value that is named here with a file stands in that file.
 * Defaults are those of Kafka 4.4, RabbitMQ 4, @platformatic/kafka and rabbitmq-client; the brokers that a user gives by
 * address have settings of their own.
 */
import type { BrokerKind } from './brokers/broker.ts'

export type NonDefaultSetting = {
  broker: BrokerKind
  setting: string
  value: string
  default: string
  why: string
  /** Where it is set, from the root of the checkout. */
  file: string
  /** How the file says it, where that is not `setting=value`. */
  text?: string
}

type Row = readonly [setting: string, value: string, byDefault: string, why: string, text?: string]

const of = (broker: BrokerKind, file: string, rows: readonly Row[]): NonDefaultSetting[] =>
  rows.map(([setting, value, byDefault, why, text]) => ({
    broker,
    setting,
    value,
    default: byDefault,
    why,
    file,
    ...(text !== undefined && { text }),
  }))

const ONE_NODE = 'one node holds everything once'

export const nonDefaultSettings: readonly NonDefaultSetting[] = [
  ...of('kafka', 'infra/kafka/server.properties', [
    ['log.retention.ms', '-1', '604800000 (7 days)', 'the log is the truth: nothing is deleted by age'],
    ['offsets.retention.minutes', '525600', '10080 (7 days)', 'the position of a group outlives a pause of the stack'],
    ['auto.create.topics.enable', 'false', 'true', 'topics are made on purpose only'],
    ['offsets.topic.replication.factor', '1', '3', ONE_NODE],
    ['offsets.topic.num.partitions', '1', '50', 'few groups; a restarted broker loads fewer logs'],
    ['transaction.state.log.replication.factor', '1', '3', ONE_NODE],
    ['transaction.state.log.min.isr', '1', '2', ONE_NODE],
    ['transaction.state.log.num.partitions', '1', '50', 'no transactions are used'],
    ['share.coordinator.state.topic.replication.factor', '1', '3', ONE_NODE],
    ['share.coordinator.state.topic.min.isr', '1', '2', ONE_NODE],
    ['share.coordinator.state.topic.num.partitions', '1', '50', 'no share groups are used'],
    ['broker.session.timeout.ms', '1000', '9000', 'a killed broker is back in 2 s and not in 12'],
    ['broker.heartbeat.interval.ms', '200', '2000', 'fits the shorter session'],
    ['group.initial.rebalance.delay.ms', '0', '3000', 'the only member of a group starts at once'],
    [
      'group.min.session.timeout.ms',
      '500',
      '6000',
      'a killed consumer may be noticed within the seconds of an experiment',
    ],
    [
      'transaction.abort.timed.out.transaction.cleanup.interval.ms',
      '500',
      '10000',
      'leftovers of killed producers end soon',
    ],
    ['log.cleaner.dedupe.buffer.size', '8388608', '134217728', 'fits the small heap'],
    ['num.network.threads', '2', '3', 'two cores'],
    ['num.io.threads', '4', '8', 'two cores'],
  ]),
  ...of('kafka', 'infra/brokers/kafka.ts', [
    ['Java heap', '64 MB to 256 MB', '1 GB', 'the lab also runs on small machines', "'-Xms64m', '-Xmx256m'"],
    ['Java garbage collector', 'serial', 'G1', 'a small heap on two cores', '-XX:+UseSerialGC'],
    [
      'class data archive',
      'one of all loaded classes',
      'that of the Java runtime',
      'start times halve',
      '-XX:SharedArchiveFile=',
    ],
  ]),
  ...of('kafka', 'streaming-kafka/broker/options.ts', [
    ['connect timeout', '1000', '5000', 'a broker that is away is noticed soon', 'connectTimeout: 1_000'],
    ['retries', '0', '3', 'the services repeat what they must by themselves', 'retries: 0'],
    ['retry delay', '200', '1000', 'joining a group is repeated soon', 'retryDelay: 200'],
  ]),
  ...of('kafka', 'streaming-kafka/broker/group.ts', [
    ['session.timeout.ms', '6000', '60000', 'a dead member is noticed within seconds', 'sessionTimeout: 6_000'],
    ['heartbeat.interval.ms', '1000', '3000', 'fits the shorter session', 'heartbeatInterval: 1_000'],
    ['rebalance timeout', '10000', '102000', 'a rebalance does not wait for a dead member', 'rebalanceTimeout: 10_000'],
    [
      'group.instance.id',
      '<group>-1',
      'none',
      'static membership: a killed member rejoins at once',
      'groupInstanceId:',
    ],
    ['enable.auto.commit', 'false', 'true', 'an offset is committed only after its work is done', 'autocommit: false'],
  ]),
  ...of('rabbitmq', 'infra/rabbitmq/rabbitmq.conf', [
    ['disk_free_limit.absolute', '100MB', '50MB', 'the broker blocks publishers before the disk is full'],
    ['raft.wal_max_size_bytes', '67108864', '536870912', 'the write-ahead log of quorum queues is kept in memory too'],
    ['consumer_timeout', '3600000', '1800000', 'an experiment may hold a message for long'],
  ]),
  ...of('rabbitmq', 'async-rabbitmq/messaging/topology.ts', [
    ['x-queue-type', 'quorum', 'classic', 'a confirmed message is on the disk', "'x-queue-type': 'quorum'"],
    [
      'x-dead-letter-strategy',
      'at-least-once',
      'at-most-once',
      'dead-lettering loses no message',
      "'x-dead-letter-strategy': 'at-least-once'",
    ],
    [
      'x-overflow',
      'reject-publish',
      'drop-head',
      'at-least-once dead-lettering needs it',
      "'x-overflow': 'reject-publish'",
    ],
    [
      'x-delivery-limit',
      '20',
      'none before RabbitMQ 4, then 20',
      'the last resort against a message that kills its consumer',
      'DELIVERY_LIMIT = 20',
    ],
  ]),
  ...of('rabbitmq', 'async-rabbitmq/broker/broker.ts', [
    ['heartbeat', '10 s', '60 s', 'a silent broker is noticed within 20 s', 'heartbeat: 10,'],
    ['retryLow', '100 ms', '1 s', 'a broker that is back is found soon', 'retryLow: 100,'],
    ['retryHigh', '2 s', '30 s', 'a broker that is back is found soon', 'retryHigh: 2_000,'],
    ['acquireTimeout', '60 s', '20 s', 'who waits for a channel has a deadline of its own', 'acquireTimeout: 60_000'],
    ['frameMax', '131072', '8192', 'a message that was read can be published again', 'MAX_FRAME_BYTES = 131_072'],
  ]),
]
