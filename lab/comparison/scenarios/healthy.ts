// Nothing is broken: how long clients wait and which resources each model uses, at several rates.
import { WARM_UP, warmUpMeasures } from '#engine/analysis/warm-up.ts'
import { CONDITIONS, findMeasure, ms, sentence } from '#engine/analysis/measures.ts'
import { inTime } from '#engine/load/plan.ts'
import { defineScenario } from '../scenario.ts'

/** At any measured rate the services are warmed up by as many orders, as fast. */
const WARM_UP_PER_SECOND = 200

const warmUpMs = (orders: number): number => (1_000 * orders) / WARM_UP_PER_SECOND

/** When the load ends, in milliseconds since it began. */
export const loadMs = ({ warmUpOrders, measuredMs }: { warmUpOrders: number; measuredMs: number }): number =>
  warmUpMs(warmUpOrders) + measuredMs

export const healthy = defineScenario({
  name: 'healthy',
  title: 'Nothing is broken',
  asks: 'How long do clients wait for the answer and for the completion of the order, and which resources does that take?',
  caveat:
    'Accepted counts until the client has its answer; known until it can know the outcome, from the answer or by asking for the order; completed until the order is decided and its notification stored. Models are compared by known. The end of the warm-up stands beside the rest, at 200 orders a second in the same processes. Where it is below the latency at the lowest rate, it is sparse orders that are slow, and not cold processes; where it is above, the processes were still warming up. CPU, written bytes and memory are those of all processes of a model: its services (streaming-kafka has a fourth one, for analytics) and its brokers, including their use at rest, which dominates at few orders a second. Synced bytes are counted for the whole disk.',
  isUndisturbed: true,
  profiles: {
    full: { ordersPerSecond: 100, measuredMs: 10_000, warmUpOrders: 600 },
    quick: { ordersPerSecond: 100, measuredMs: 3_000, warmUpOrders: 100 },
  },
  variants: 'durability',
  columns: [
    WARM_UP,
    'accepted p50',
    'accepted p99',
    'accepted uncorrected p99',
    'known p50',
    'known p99',
    'completed p50',
    'completed p99',
    'CPU of services',
    'CPU of brokers',
    'written',
    'written by brokers',
    'synced',
    'syncs',
    'memory of services',
    'memory of brokers',
    ...CONDITIONS,
  ],
  load: ({ ordersPerSecond, measuredMs, warmUpOrders }) => ({
    warmUpOrders,
    orders: Math.round((ordersPerSecond * measuredMs) / 1_000),
    plan(orders, _rate, arrive) {
      const warmUp = arrive(warmUpOrders, WARM_UP_PER_SECOND)
      const measured = arrive(orders - warmUpOrders, ordersPerSecond, warmUpMs(warmUpOrders))
      return inTime([...warmUp, ...measured.map(start => ({ ...start, order: start.order + warmUpOrders }))])
    },
  }),
  disrupt: () => ({ seen: [], measures: warmUpMeasures }),
  explain([first], model) {
    const of = (name: string) => findMeasure(first, name)
    return [
      ...sentence`${model}: half of the clients could know the outcome within ${ms(of('known p50'))}, and had their answer within ${ms(of('accepted p50'))}.`,
      ...sentence`${model}: half of the orders had their outcome, and if reserved their notification, within ${ms(of('completed p50'))}.`,
    ]
  },
})
