// `POST /order` with the outbox (place-with-outbox.ts says what that guarantees): the relay publishes the stored events
// for as long as that takes, however long the broker is away. Orders are taken and published only while this store is the one
// that reads their results (reading.ts).
import { openAdmission } from '#common/service/admission.ts'
import { placeWithOutbox } from '#common/service/place-with-outbox.ts'
import { startRelay } from '#common/service/outbox-relay.ts'
import { eventMessage } from '../broker/message.ts'
import type { IntakeParts, OrderIntake } from './order-intake.ts'

export function withOutbox({ config, faultInjector, ...parts }: IntakeParts): OrderIntake {
  const { store, broker, reading } = parts
  const relay = startRelay({
    ...parts,
    async ready() {
      await broker.ready()
      await reading.ready()
    },
    async publish(event) {
      reading.checkPublishing()
      await broker.publish(eventMessage(broker.topology.orders, event))
    },
    window: config.RELAY_WINDOW,
    crashPoint: faultInjector.crashPoint('publish-dequeue'),
  })
  const afterStore = faultInjector.crashPoint('store-publish')
  const admit = openAdmission({ ...parts, config, undecided: store.peek.undecided })
  const place = placeWithOutbox({
    store,
    admit() {
      reading.checkTaking()
      admit()
    },
    notifyRelay: relay.notify,
    afterStore,
  })
  return { place, find: orderId => store.read(tx => tx.findOrder(orderId)), ended: relay.ended }
}
