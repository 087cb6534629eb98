/** One broker of each kind while something is done; both have ended when it returns, whatever happened. */
import { provideBroker } from '#infra/brokers/provide.ts'

export type Addresses = { rabbitmq: string; kafka: string }

/** Rejects with one sentence where a broker cannot be had, and when `signal` aborts before both serve. */
export async function withBrokers<T>(
  dataFolder: string,
  signal: AbortSignal,
  work: (addresses: Addresses) => Promise<T>,
): Promise<T> {
  const options = { dataFolder, signal, environment: process.env, progress: (line: string) => console.log(line) }
  const starts = [provideBroker('rabbitmq', options), provideBroker('kafka', options)] as const
  try {
    const [rabbitmq, kafka] = await Promise.all(starts)
    return await work({ rabbitmq: rabbitmq.address, kafka: kafka.address })
  } finally {
    // One may still be starting when the other one has failed.
    const started = await Promise.allSettled(starts)
    await Promise.all(started.flatMap(start => (start.status === 'fulfilled' ? [start.value.stop()] : [])))
  }
}
