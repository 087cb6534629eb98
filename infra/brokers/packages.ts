/** Private brokers from packages: fetched once into the cache, without root, and ended with the lab. */
import type { BrokerKind, Source } from './broker.ts'
import { kafkaIsCached, kafkaVersion, requireMaven } from './fetch-kafka.ts'
import { rabbitmqIsCached, requireDebianTools } from './fetch-rabbitmq.ts'
import { findJava } from './machine-tools.ts'
import { provideKafka } from './start-kafka.ts'
import { provideRabbitmq } from './start-rabbitmq.ts'

const looks: Record<BrokerKind, (environment: NodeJS.ProcessEnv) => Promise<string>> = {
  async kafka(environment) {
    const java = await findJava(environment)
    if (kafkaIsCached()) return `Kafka ${kafkaVersion()} from the cache, run by Java ${java.version}`
    requireMaven(environment)
    return `Kafka ${kafkaVersion()}, to be fetched once (54 MB) with Maven, run by Java ${java.version}`
  },
  async rabbitmq(environment) {
    if (rabbitmqIsCached()) return 'RabbitMQ from the cache'
    requireDebianTools(environment)
    return "the distribution's RabbitMQ, to be fetched once (40 MB) with apt-get"
  },
}

export const packages: Source = {
  name: 'packages',

  async serves(kind, environment) {
    try {
      return { serves: true, detail: await looks[kind](environment) }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return { serves: false, asked: false, why, wayOut: '' }
    }
  },

  provide: (kind, options) => (kind === 'kafka' ? provideKafka(options) : provideRabbitmq(options)),
}
