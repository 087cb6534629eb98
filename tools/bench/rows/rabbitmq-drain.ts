import { join } from 'node:path'
import { asyncRabbitmq } from '../../../async-rabbitmq/lab/model.ts'
import { coreNames } from '../setup/cores.ts'
import { workOff } from '../setup/decisions.ts'
import { eventsOf, meanBytes } from '../setup/events.ts'
import { type BenchRabbitmq, startRabbitmq } from '../setup/rabbitmq-broker.ts'
import type { OpenContext, Row, Side } from '../row.ts'
import { openServices, reservableOrders } from '../setup/services.ts'
import { perfTestRate } from '../setup/tool-output.ts'

const FIGURE = 'orders decided'
const { inventory } = asyncRabbitmq.evidence
const BROKER = 'RabbitMQ'
/** As many as a consumer of the model has unacked by default. */
const UNACKED = 64
const UNCONFIRMED = 256
/** Orders in one call of the operation that publishes them. */
const AT_ONCE = 10_000

export const rabbitmqDrain: Row = {
  name: 'rabbitmq-drain',
  figures: [{ name: FIGURE, unit: '/s', goal: { atLeast: 0.25 } }],
  cores: coreNames(inventory, BROKER),
  driven:
    'inventory_service of async-rabbitmq, alone and on an empty store, finds 100,000 orders in its queue: it decides each, keeps the decision on the disk, publishes it to two queues with a confirm, and acks. The time counts from the first decision to the last.',
  reference: `RabbitMQ's own PerfTest on the same broker: one consumer that takes as many messages of the same size from a quorum queue of its own, acks each, at most ${UNACKED} of them late, and does nothing else.`,
  boundBy:
    'CPU time: the broker and inventory_service share the cores, and take about as much of them. The broker puts each decision into two queues and confirms it, which the reference asks of it for no message.',
  async open(context) {
    const orders = context.quick ? 2_000 : 100_000
    const broker = await startRabbitmq(context)
    const { perfTest } = broker
    return {
      lab: round => drain(context, { broker, round, orders }),
      async reference(round) {
        const queue = ['--queue', `bench-${round}`, '--quorum-queue']
        const message = ['--size', `${messageBytes()}`, '--flag', 'persistent', '--confirm', `${UNCONFIRMED}`]
        await perfTest(...queue, ...message, '--producers', '1', '--consumers', '0', '--pmessages', `${orders}`)
        const consumer = ['--producers', '0', '--consumers', '1', '--cmessages', `${orders}`, '--qos', `${UNACKED}`]
        return { [FIGURE]: perfTestRate(await perfTest(...queue, ...consumer)) }
      },
    }
  },
}

type Round = { broker: BenchRabbitmq; round: string; orders: number }

/** Each round has its own queues and stores: a queue remembers which store reads it. */
async function drain(context: OpenContext, { broker, round, orders }: Round): ReturnType<Side> {
  await using ends = new AsyncDisposableStack()
  const dataFolder = join(context.dataFolder, round)
  const deployment = { broker: { rabbitmq: broker.address }, prefix: `bench-${round}-` }
  const { runtime, deployment: whole } = await openServices(
    asyncRabbitmq,
    { ...context, ends, dataFolder },
    { deployment },
  )
  // It declares the queues when it starts.
  await runtime.start(inventory)
  await runtime.kill(inventory)
  const inspector = await asyncRabbitmq.connect(whole)
  ends.defer(() => inspector.close())
  const placed = reservableOrders(`bench-${round}`, orders).map(({ orderId, userId, kitchenId, items }) => {
    return { orderId, userId, kitchenId, items }
  })
  for (let from = 0; from < placed.length; from += AT_ONCE)
    await inspector.operations.redeliver({ orders: placed.slice(from, from + AT_ONCE) })
  await runtime.start(inventory)
  const { signal } = context
  const of = { runtime, service: inventory, broker: { name: BROKER, pids: broker.pids }, orders, signal }
  const { perSecond, cores } = await workOff(of)
  return { [FIGURE]: perSecond, ...cores }
}

function messageBytes(): number {
  const events = eventsOf('bench', 500, { orders: 'orders', outcomes: '' })
  return meanBytes(events.filter(({ topic }) => topic === 'orders'))
}
