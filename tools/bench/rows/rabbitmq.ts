import type { BrokerInspector } from '#engine/experiment/model.ts'
import { waitFor } from '#host/wait-for.ts'
import { asyncRabbitmq } from '../../../async-rabbitmq/lab/model.ts'
import { runClosedLoop } from '../setup/closed-loop.ts'
import { eventsOf, meanBytes } from '../setup/events.ts'
import { notifiedAt } from '../setup/notified.ts'
import { startRabbitmq } from '../setup/rabbitmq-broker.ts'
import type { Row, RowContext } from '../row.ts'
import { startServices } from '../setup/services.ts'
import { perfTestRate } from '../setup/tool-output.ts'

const FIGURE = 'orders notified'
/** An OrderPlaced in one queue, and an InventoryReserved in two. */
const MESSAGES_PER_ORDER = 3
/** As many as the model has by default: unconfirmed publishes of its relay, unacked deliveries of a consumer. */
const UNCONFIRMED = 256
const UNACKED = 64
/** Orders on the side of the tool for one of the lab's: its Java starts cold each time. */
const REFERENCE_FACTOR = 4
const DEADLINE_MS = 120_000
const EVERY_MS = 20

export const rabbitmq: Row = {
  name: 'rabbitmq',
  figures: [{ name: FIGURE, unit: '/s', goal: { atLeast: 0.5 } }],
  driven:
    'async-rabbitmq with its outbox takes orders from 64 connections as quickly as it answers; all orders ÷ the time from the first request to the last notification.',
  reference: `RabbitMQ's own PerfTest on the same broker: ${MESSAGES_PER_ORDER} messages for each order, as many as the model has in queues, of the same size, persistent and confirmed, from one producer through one quorum queue to one consumer that acks each; its rate ÷ ${MESSAGES_PER_ORDER}. It sends ${REFERENCE_FACTOR} times as many, because its Java starts cold each time.`,
  boundBy:
    'CPU time: the broker, the three services and the driver share the cores, and the broker takes more of it than any service.',
  async open(context) {
    const { signal, quick, ends } = context
    const orders = quick ? 1_000 : 10_000
    const broker = await startRabbitmq(context)
    const { runtime, deployment } = await startServices(asyncRabbitmq, context, {
      deployment: { broker: { rabbitmq: broker.address } },
      // None is refused while it is behind.
      environment: { order_service: { MAX_UNDECIDED: `${orders}` } },
    })
    const inspector = await asyncRabbitmq.connect(deployment)
    ends.defer(() => inspector.close())
    let before = 0
    return {
      async lab(round) {
        const load = { url: runtime.url(asyncRabbitmq.entry), runId: `bench-${round}`, status: 202, orders }
        const [endedNs, { beganNs, taken }] = await Promise.all([
          notifiedAt(runtime.url(asyncRabbitmq.evidence.notifications), before + orders, signal),
          runClosedLoop(load, signal),
        ])
        before += taken
        await untilEmpty(inspector, signal)
        return { [FIGURE]: (orders * 1e9) / (endedNs - beganNs) }
      },
      async reference(round) {
        const output = await broker.perfTest(...toolArguments(round, orders))
        return { [FIGURE]: perfTestRate(output) / MESSAGES_PER_ORDER }
      },
    }
  },
}

function toolArguments(round: string, orders: number): string[] {
  const messages = `${REFERENCE_FACTOR * orders * MESSAGES_PER_ORDER}`
  const queue = ['--quorum-queue', '--queue', `bench-${round}`, '--confirm', `${UNCONFIRMED}`, '--qos', `${UNACKED}`]
  const message = [
    '--size',
    `${meanBytes(eventsOf('bench', 500, { orders: '', outcomes: '' }))}`,
    '--flag',
    'persistent',
    '--flag',
    'mandatory',
  ]
  return [...queue, ...message, '--pmessages', messages, '--cmessages', messages]
}

/** What is left of a round would slow the next one down. */
async function untilEmpty(inspector: BrokerInspector, signal: RowContext['signal']): Promise<void> {
  const isEmpty = async () => Object.values(await inspector.depths()).every(depth => depth === 0)
  await waitFor(isEmpty, { deadlineMs: DEADLINE_MS, everyMs: EVERY_MS, what: 'empty queues', signal })
}
