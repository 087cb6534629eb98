// A private Kafka for one row, with the tools of the same installation.
import { findJava } from '#infra/brokers/machine-tools.ts'
import { provideBroker, variables } from '#infra/brokers/provide.ts'
import { runKafkaTool } from '#infra/brokers/kafka.ts'
import { createAdmin, type BrokerAdmin } from '../../../streaming-kafka/broker/admin.ts'
import type { OpenContext } from '../row.ts'

export type BenchKafka = {
  address: string
  /** The leaders of its process groups; none in a container. */
  pids: readonly number[]
  admin: BrokerAdmin
  /** Resolves with what the tool printed. */
  tool(...args: string[]): Promise<string>
}

/** @throws Error in one sentence that says what is missing */
export async function startKafka({ dataFolder, signal, progress, ends }: OpenContext): Promise<BenchKafka> {
  // A broker that is used otherwise would give another number, and keep what is written here.
  const environment = { ...process.env, [variables.kafka]: undefined }
  // Before it is looked for as a part of a broker, which Docker could provide: the tools need it in any case.
  await findJava(environment)
  const options = { dataFolder, signal, progress, environment }
  const { address, stop, process: of } = await provideBroker('kafka', options)
  ends.defer(stop)
  const admin = createAdmin(address, 'bench')
  ends.defer(() => admin.close())
  return { address, pids: of?.pids ?? [], admin, tool: (...args) => runKafkaTool(args, options) }
}
