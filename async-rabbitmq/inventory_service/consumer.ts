// Consumes OrderPlaced and reserves stock for each order, exactly once in its effects.
//
// Why idempotency. All three models deliver at least once. A message is repeated when a process ends before it has
// acknowledged it: before the answer to a request, before the ack of a message, before the commit of an offset. It is also
// repeated when a client or a service repeats its request, when a publish that was not confirmed is repeated, when a dead
// letter is redriven, and when an offset is reset. None of that can be switched off. The service itself makes it "exactly
// once", with a memory that survives a crash.
//
// How. The key is the `orderId`, and not the id of the request, message or record: two deliveries of one order may have
// different ids, and must still find the same memory. In ONE synced transaction (common/workflow/reserve-stock.ts)
//
//   1. look the order up in the table of decisions;
//   2. found, same content:    return that decision, change nothing;
//      found, other content:   `order-conflict`: decide nothing;
//      not found:              check the stock, take all of it or none, and write the decision.
//
// There is no moment at which the stock is taken and the decision is not known. A memory in the process, or a table that
// is written in a transaction of its own, would lose or duplicate an order in exactly the crash that it is meant for.
//
// Only then is the outcome sent on, and only then is the delivery acknowledged (decide-order.ts in each model):
//
//   sync-rest         commit ──▶ respond
//   async-rabbitmq    commit ──▶ publish, confirmed ──▶ ack
//   streaming-kafka   commit ──▶ produce, acknowledged ──▶ commit the offset
//                            │                          └─ a crash here: delivered again, the same outcome is sent again
//                            └─ a crash here: delivered again, the outcome is sent for the first time
//
// The outcome is made from the stored decision alone, under an id that follows from the order. A repeated outcome is the
// same event, byte for byte, and the services that read it recognise the order in the same way.
//
// Not promised: the order of messages, or how often an outcome is sent.
import { wallTime } from '#common/contracts/clock.ts'
import { orderDeadLettered, type OrderPlaced } from '#common/contracts/events.ts'
import type { Order } from '#common/contracts/order.ts'
import type { FaultInjector } from '#common/faults/fault-injector.ts'
import { decideOrder } from '#common/service/decide-order.ts'
import type { IdentityTables } from '#common/stores/identity.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import type { StockTables } from '#common/stores/stock.ts'
import type { Broker } from '../broker/broker.ts'
import { eventMessage } from '../broker/message.ts'
import { consume, type Consumer, type ConsumeParts } from '../messaging/consume.ts'
import type { CrashJournalTables } from '../messaging/quarantine.ts'
import { readers } from '../messaging/readers.ts'
import { decidePublishAck } from './decide-order.ts'
import { recordRepeat, type RepeatsTables } from './repeats.ts'

type Tables = StockTables & RepeatsTables & CrashJournalTables & IdentityTables

type Parts = Pick<ConsumeParts<OrderPlaced>, 'config' | 'log' | 'health' | 'occupancy' | 'closing'> & {
  broker: Broker
  store: ServiceStore<Tables>
  faultInjector: FaultInjector
}

export function consumeOrders({ store, faultInjector, ...parts }: Parts): Consumer {
  const { topology, publish } = parts.broker
  const decide = decideOrder<Tables>(store)
  return consume<OrderPlaced>({
    ...parts,
    store,
    consumerQueue: topology.consumerQueues.inventory,
    read: readers.inventory,
    isDone: ({ data }) => store.peek.findDecision(data.orderId) !== undefined,
    // The order service shows it to the client, who would wait for ever.
    async onDeadLetter({ data, correlationId }, reason) {
      const happened = { correlationId, occurredAt: wallTime() }
      await publish(eventMessage(topology.events, orderDeadLettered(data, reason, happened)))
    },
    handle: decidePublishAck({
      decide: faultInjector.wrap((order: Order, context) => decide(order, context, recordRepeat)),
      publish: event => publish(eventMessage(topology.events, event)),
      afterCommit: faultInjector.crashPoint('commit-publish'),
      afterPublish: faultInjector.crashPoint('publish-ack'),
    }),
  })
}
