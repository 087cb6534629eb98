/**
 * A broker that the user runs, named by LAB_RABBITMQ_URL or LAB_KAFKA_BROKERS. It is asked before it is
 * used, and it is never stopped. What the lab makes there carries the run's prefix; removing it is the
 * model's work. No message shows the password of an address.
 */
import type { BrokerKind, Source } from './broker.ts'
import { probeKafka } from './probe-kafka.ts'
import { probeRabbitmq, withoutPassword } from './probe-rabbitmq.ts'

export const variables: Record<BrokerKind, string> = { rabbitmq: 'LAB_RABBITMQ_URL', kafka: 'LAB_KAFKA_BROKERS' }
const probes: Record<BrokerKind, (address: string) => Promise<string>> = { rabbitmq: probeRabbitmq, kafka: probeKafka }

export const address: Source = {
  name: 'address',

  async serves(kind, environment) {
    const variable = variables[kind]
    const value = environment[variable]
    const wayOut = `Set ${variable} to a running broker, or unset it to use a private one.`
    if (!value) return { serves: false, asked: false, why: `${variable} is not set.`, wayOut: '' }
    try {
      const version = await probes[kind](value)
      return { serves: true, detail: `${variable} (${withoutPassword(value)}, ${version})` }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return { serves: false, asked: true, why: `${variable} cannot be used: ${reason}`, wayOut }
    }
  },

  async provide(kind, { environment }) {
    const value = environment[variables[kind]] ?? ''
    const version = await probes[kind](value)
    return { kind, source: 'address', version, address: value, private: false, stop: async () => {} }
  },
}
