// The brokers of a run: each starts when it is first requested, and ends when no experiment needs it any more.
import type { BrokerKind } from '#engine/experiment/model.ts'
import type { Broker } from '#infra/brokers/broker.ts'
import { provideBroker } from '#infra/brokers/provide.ts'

export type Brokers = {
  /** @throws Error with one sentence that says what to install or set */
  get(kind: BrokerKind): Promise<Broker>
  /** Ends the private ones of other kinds; also one that is still starting. */
  keepOnly(kinds: readonly BrokerKind[]): Promise<void>
}

type Options = { dataFolder: string; signal: AbortSignal; onProgress(task: string, line: string): void }

export function createBrokers({ dataFolder, signal, onProgress }: Options): Brokers {
  const brokers = new Map<BrokerKind, Promise<Broker>>()
  return {
    get(kind) {
      const started = brokers.get(kind)
      if (started) return started
      const progress = (line: string) => onProgress(kind, line)
      const begun = provideBroker(kind, { dataFolder, progress, signal, environment: process.env })
      brokers.set(kind, begun)
      return begun
    },
    async keepOnly(kinds) {
      const ending = [...brokers].filter(([kind]) => !kinds.includes(kind))
      for (const [kind] of ending) brokers.delete(kind)
      const ended = await Promise.allSettled(ending.map(([, broker]) => broker))
      await Promise.all(ended.flatMap(each => (each.status === 'fulfilled' ? [each.value.stop()] : [])))
    },
  }
}

/** Brokers that outlive a run: those that the user named. */
export function addressesOf({ LAB_RABBITMQ_URL, LAB_KAFKA_BROKERS }: NodeJS.ProcessEnv): Record<string, string> {
  return {
    ...(LAB_RABBITMQ_URL && { rabbitmq: LAB_RABBITMQ_URL }),
    ...(LAB_KAFKA_BROKERS && { kafka: LAB_KAFKA_BROKERS }),
  }
}
