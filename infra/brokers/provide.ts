/**
 * Where a broker comes from: the first source that serves. A source that the user named (an address, or one
 * in LAB_BROKERS) is used or fails: another one never takes its place in silence.
 */
import {
  type Broker,
  type BrokerKind,
  type ProvideOptions,
  type Source,
  type SourceName,
  brokerKinds,
} from './broker.ts'
import { docker } from './docker.ts'
import { probes, withoutPassword } from './probes.ts'
import { findKafkaJava, kafkaIsCached, kafkaVersion, requireMaven, provideKafka } from './kafka.ts'
import { provideRabbitmq } from './rabbitmq.ts'
import { DISTRIBUTION, rabbitmqIsCached, rabbitmqVersion, requireDebianTools } from './rabbitmq-packages.ts'

export const variables: Record<BrokerKind, string> = { rabbitmq: 'LAB_RABBITMQ_URL', kafka: 'LAB_KAFKA_BROKERS' }

/**
 * A broker that the user runs, named by LAB_RABBITMQ_URL or LAB_KAFKA_BROKERS. It is probed before it is used, and it is
 * never stopped. What the lab creates there carries the run's prefix; removing it is the model's work. No message shows the
 * password of an address.
 */
const address: Source = {
  name: 'address',

  async serves(kind, environment) {
    const variable = variables[kind]
    const value = environment[variable]
    const howToFix = `Set ${variable} to a running broker, or unset it to use a private one.`
    if (!value) return { serves: false, requested: false, why: `${variable} is not set.`, howToFix: '' }
    try {
      const version = await probes[kind](value)
      return { serves: true, detail: `${variable} (${withoutPassword(value)}, ${version})` }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return { serves: false, requested: true, why: `${variable} cannot be used: ${reason}`, howToFix }
    }
  },

  async provide(kind, { environment }) {
    const value = environment[variables[kind]] ?? ''
    const version = await probes[kind](value)
    return { kind, source: 'address', version, address: value, private: false, stop: async () => {} }
  },
}

const surveys: Record<BrokerKind, (environment: NodeJS.ProcessEnv) => Promise<string>> = {
  async kafka(environment) {
    const java = await findKafkaJava(environment)
    if (kafkaIsCached()) return `Kafka ${kafkaVersion()} from the cache, run by Java ${java.version}`
    requireMaven(environment)
    return `Kafka ${kafkaVersion()}, to be fetched once (54 MB) with Maven, run by Java ${java.version}`
  },
  async rabbitmq(environment) {
    const version = rabbitmqVersion(environment)
    const rabbitmq = version === DISTRIBUTION ? "the distribution's RabbitMQ" : `RabbitMQ ${version}`
    if (rabbitmqIsCached(environment)) return `${rabbitmq} from the cache`
    requireDebianTools(environment)
    return `${rabbitmq}, to be fetched once (40 MB) with apt-get`
  },
}

/** Private brokers from packages: fetched once into the cache, without root, and ended with the lab. */
const packages: Source = {
  name: 'packages',

  async serves(kind, environment) {
    try {
      return { serves: true, detail: await surveys[kind](environment) }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      // Only packages have a version that can be chosen.
      const requested = kind === 'rabbitmq' && Boolean(environment.LAB_RABBITMQ_VERSION)
      return { serves: false, requested, why, howToFix: '' }
    }
  },

  provide: (kind, options) => (kind === 'kafka' ? provideKafka(options) : provideRabbitmq(options)),
}

/** In the order of preference, after an address. */
const ofPrivateBrokers: Source[] = [packages, docker]

/** Resolves when the broker serves; rejects with one sentence that says what to install or set. */
export async function provideBroker(kind: BrokerKind, options: ProvideOptions): Promise<Broker> {
  const { source, refusals } = await choose(kind, options.environment)
  options.signal.throwIfAborted()
  if (source && options.asShipped && source.name !== 'packages')
    throw new Error(
      `Only a ${kind} from packages can be had with the settings that it is shipped with, and this one would be from ${source.name}.`,
    )
  if (source) return source.provide(kind, options)
  throw new Error(refusals.join(' '))
}

/** One line of `lab doctor`: what would be used, or what is missing and how to fix it. */
export type BrokerSurvey = { kind: BrokerKind; source?: SourceName; detail: string }

/** Downloads and starts nothing. */
export async function surveyBrokers(environment: NodeJS.ProcessEnv): Promise<BrokerSurvey[]> {
  const survey = async (kind: BrokerKind): Promise<BrokerSurvey> => {
    const { source, detail, refusals } = await choose(kind, environment)
    return source ? { kind, source: source.name, detail } : { kind, detail: refusals.join(' ') }
  }
  return Promise.all(brokerKinds.map(survey))
}

type Choice = { source?: Source; detail: string; refusals: string[] }

async function choose(kind: BrokerKind, environment: NodeJS.ProcessEnv): Promise<Choice> {
  const named = environment.LAB_BROKERS
  const allowed = ofPrivateBrokers.filter(({ name }) => !named || name === named)
  const refusals: string[] = []
  if (allowed.length === 0) {
    const names = ofPrivateBrokers.map(({ name }) => name).join(' or ')
    return { detail: '', refusals: [`LAB_BROKERS is "${named}": set it to ${names}, or unset it.`] }
  }
  for (const source of [address, ...allowed]) {
    const answer = await source.serves(kind, environment)
    if (answer.serves) return { source, detail: answer.detail, refusals }
    const sentence = `${answer.why} ${answer.howToFix}`.trim()
    if (answer.requested) return { detail: '', refusals: [sentence] }
    if (source.name === named) return { detail: '', refusals: [`LAB_BROKERS asks for ${named}. ${sentence}`] }
    refusals.push(sentence)
  }
  return { detail: '', refusals }
}
