import type { Host } from '#engine/experiment/runtime.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import { runLoad } from '#engine/load/generator.ts'
import { asyncRabbitmq } from '../../../async-rabbitmq/lab/model.ts'
import { streamingKafka } from '../../../streaming-kafka/lab/model.ts'
import { syncRest } from '../../../sync-rest/lab/model.ts'
import { startBareChain } from '../setup/chain.ts'
import { notifiedAt } from '../setup/notified.ts'
import type { Row, RowContext } from '../row.ts'
import { cpuSecondsOf, startBrokers } from '../setup/running-model.ts'
import { reservableOrders, startServices } from '../setup/services.ts'

const FIGURE = 'CPU for 1,000 orders'
const ORDERS_PER_SECOND = 100
const DEADLINE_MS = 5_000

/**
 * Of one model: the brokers of another may be missing.
 * @param before seconds that it took when the goal was set, which is half of them
 */
function cpuOf(model: ComparableModel, before: number): Row {
  const [configuration] = model.comparison.configurations
  return {
    name: `cpu-${model.name}`,
    figures: [{ name: FIGURE, unit: 's', goal: { labAtMost: before / 2 } }],
    driven: `The services of ${model.name}${model.brokers.length > 0 ? ', without its broker,' : ''} at ${ORDERS_PER_SECOND} orders a second in an open loop, until the last order is notified; user and system time of all their processes, from /proc. The goal is half of the ${before} s that they took when it was set, on a machine of two cores; what compares between machines is the ratio.`,
    reference: 'The three servers of the bare chain under the same load.',
    boundBy: '',
    async open(context) {
      const { ends, signal, dataFolder } = context
      const chain = await startBareChain(ends)
      const broker = await startBrokers(model, context)
      // A broker that the user has named outlives the row.
      const prefix = `bench-${process.pid}-`
      const { environment } = configuration
      const settings = { deployment: { broker, prefix }, environment }
      const { runtime } = await startServices(model, context, settings)
      const { host } = runtime
      if (!host) throw new Error('What services use can be read only where they are processes of this machine.')
      let done = 0
      return {
        async lab(round) {
          const url = runtime.url(model.entry)
          const notifications = runtime.url(model.evidence.notifications)
          return measured(host, async () => {
            const orders = await load(url, round, context)
            done += orders
            await notifiedAt(notifications, done, signal)
            return orders
          })
        },
        reference: round => {
          const processes = () => [{ name: 'chain', kind: 'service' as const, pids: chain.pids }]
          return measured({ dataFolder, processes }, () => load(chain.url, round, context))
        },
      }
    },
  }
}

/** Sends the orders of a round and resolves with their number. @throws Error when one of them was not taken */
async function load(url: string, round: string, { quick, signal }: RowContext): Promise<number> {
  const { attempts } = await runLoad({
    orders: reservableOrders(`bench-${round}`, quick ? 200 : 1_000),
    ordersPerSecond: ORDERS_PER_SECOND,
    target: { url, path: '/order' },
    deadlineMs: DEADLINE_MS,
    signal,
  })
  signal.throwIfAborted()
  const refused = attempts.find(({ answer }) => answer.kind !== 'status' || answer.status >= 300)
  if (refused) throw new Error(`An order was not taken: ${JSON.stringify(refused.answer)}.`)
  return attempts.length
}

/** What the services of this host used for so many orders. @throws Error where it cannot be read */
async function measured(host: Host, work: () => Promise<number>): Promise<Record<string, number>> {
  const before = cpuSecondsOf(host)
  const orders = await work()
  return { [FIGURE]: ((cpuSecondsOf(host) - before) * 1_000) / orders }
}

export const CPU_ROWS: readonly Row[] = [cpuOf(syncRest, 2.6), cpuOf(asyncRabbitmq, 3), cpuOf(streamingKafka, 6)]
