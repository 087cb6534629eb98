// `POST /order` with the outbox (place-with-outbox.ts says what that guarantees): the relay writes the stored events into
// the log for as long as that takes, and the view shows an order from its answer on.
// Guarantees beyond that: the same key never places two orders. A store that holds every accepted order takes orders
// without a broker, any other one only when it has read the log to its end.
import { LabError } from '#common/contracts/errors.ts'
import { openAdmission } from '#common/service/admission.ts'
import { countInFlight } from '#common/service/handler.ts'
import { startRelay } from '#common/service/outbox-relay.ts'
import { placeWithOutbox } from '#common/service/place-with-outbox.ts'
import { eventRecord } from '../broker/record.ts'
import { notRead, type IntakeParts, type OrderIntake } from './order-intake.ts'

export async function withOutbox({ config, kafka, faultInjector, ...parts }: IntakeParts): Promise<OrderIntake> {
  const { store, closing } = parts
  const { topics, producer } = kafka
  let isBootstrapped = store.peek.isBootstrapped()
  const logIsRead = Promise.withResolvers<void>()
  logIsRead.promise.catch(() => {})
  closing.addEventListener('abort', () => logIsRead.reject(new LabError('unavailable', 'the service is closing')))
  const relay = startRelay({
    ...parts,
    // Not before the view has found that the store belongs to this log.
    ready: () => logIsRead.promise,
    // The producer keeps a record until the log has it, in this order; a deadline would send it twice.
    publish: event => producer.send(eventRecord(topics.orders, event)),
    window: config.RELAY_WINDOW,
    crashPoint: faultInjector.crashPoint('produce-dequeue'),
  })
  const afterStore = faultInjector.crashPoint('store-produce')
  const admit = openAdmission({ ...parts, config, undecided: store.peek.undecided })
  const place = placeWithOutbox({ store, admit, notifyRelay: relay.notify, afterStore })
  const { handle, inFlight } = countInFlight(place)
  return {
    place: (order, context) => (isBootstrapped ? handle(order, context) : Promise.reject(notRead())),
    inFlight,
    onApplied() {},
    async onCaughtUp() {
      if (!isBootstrapped) await store.transact(tx => tx.setBootstrapped(true))
      isBootstrapped = true
      logIsRead.resolve()
    },
    ended: relay.ended,
  }
}
