// A private RabbitMQ for one row, with its own performance tool.
import { findJava } from '#infra/brokers/machine-tools.ts'
import { runPerfTest } from '#infra/brokers/perf-test.ts'
import { provideBroker, variables } from '#infra/brokers/provide.ts'
import type { OpenContext } from '../row.ts'

export type BenchRabbitmq = {
  address: string
  /** The leaders of its process groups; none in a container. */
  pids: readonly number[]
  /** Resolves with what the tool printed. */
  perfTest(...args: string[]): Promise<string>
}

/** @throws Error in one sentence that says what is missing */
export async function startRabbitmq({ dataFolder, signal, progress, ends }: OpenContext): Promise<BenchRabbitmq> {
  // A broker that is used otherwise would give another number, and keep what is written here.
  const environment = { ...process.env, [variables.rabbitmq]: undefined }
  await findJava(environment)
  const options = { dataFolder, signal, progress, environment }
  const { address, stop, process: of } = await provideBroker('rabbitmq', options)
  ends.defer(stop)
  return { address, pids: of?.pids ?? [], perfTest: (...args) => runPerfTest(['--uri', address, ...args], options) }
}
