// Consumes a queue: decodes, handles and settles each message, up to `concurrency` of them at once.
// The handler acks; an error of it settles the message by the failure policy (common/messaging/failure-policy.ts):
//
//   ack          the effects are on disk, and what was published is confirmed.
//   retry        an error of the message: it is republished to a delay queue, and comes back when the delay has expired.
//   dead-letter  the message can never be handled, or its last attempt failed: it is republished with its reason.
//   stop         not an error of the message (store full, broker away): no further message is handled, health is
//                degraded, and the messages in flight stay unacked until one of them can be handled again. It costs no
//                attempt, and the broker counts no return.
//
// Guarantees: a message is acked only when it was handled, or when the broker has confirmed the message that replaces it.
// A message that kills its consumer takes no other with it: see quarantine.ts.
// Not promised: the order of messages.
import { asLabError, type ErrorCode, type LabError } from '#common/contracts/errors.ts'
import { settlementAfter } from '#common/messaging/failure-policy.ts'
import { orUndefined } from '#common/messaging/read-event.ts'
import type { Context } from '#common/service/handler.ts'
import type { Health } from '#common/service/health.ts'
import type { Logger } from '#common/service/log.ts'
import type { Occupancy } from '#common/service/occupancy.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import type { IdentityTables } from '#common/stores/identity.ts'
import type { Broker } from '../broker/broker.ts'
import { isProbe } from '../broker/message.ts'
import type { ReaderClaim } from '../broker/reader-claim.ts'
import type { Delivery } from '../broker/subscription.ts'
import { createDeliveryScheduler, type Done, type Lane } from './delivery-scheduler.ts'
import { type CrashJournalTables, createQuarantine, type Quarantine } from './quarantine.ts'
import { attemptsOf, republishAsDeadLetter, republishForRetry } from './republish.ts'
import type { ConsumerQueue, Topology } from './topology.ts'

/** How long a stopped consumer waits before it tries one message again. */
const RESUME_AFTER_MS = 500

type Event = { correlationId: string; data: { orderId: string } }

/** Calls `ack` once, as its last step, when all of its effects are kept. What it throws settles the message. */
export type MessageHandler<In> = (event: In, context: Context, ack: () => void) => Promise<void>

export type ConsumeParts<In extends Event> = {
  broker: Pick<Broker, 'publish' | 'subscribe' | 'topology'>
  consumerQueue: ConsumerQueue
  /** The topology has a delay queue for each of the delays. */
  config: { RETRY_DELAYS_MS: readonly number[]; CONCURRENCY: number }
  store: ServiceStore<CrashJournalTables & IdentityTables>
  read(body: Buffer): In
  handle: MessageHandler<In>
  /** Whether the event has its stored result. Then it is no killer, and handling it again only repeats the result. */
  isDone(event: In): boolean
  /** Called before the message of an event becomes a dead letter; again if the process ends in between. */
  onDeadLetter?(event: In, reason: ErrorCode): Promise<void>
  /** As of a subscriber. */
  onClaim?(claim: ReaderClaim): Promise<void>
  log: Logger
  health: Health
  occupancy: Occupancy
  closing: AbortSignal
}

export type Consumer = {
  /** Takes no more messages; resolves when none is being handled. */
  stop(): Promise<void>
}

export function consume<In extends Event>(parts: ConsumeParts<In>): Consumer {
  const { broker, consumerQueue, store, health, occupancy, log, closing } = parts
  const { queue, register } = consumerQueue
  const quarantine = createQuarantine({
    broker,
    store,
    deadLetter: (delivery, error, attempts) => deadLetter(parts, delivery, error, attempts),
    isDone: body => isDone(parts, body),
    log,
  })
  const unsettled = new Set<Delivery>()
  let isHeld = false
  // A process that is killed only after it was healthy has republished its messages before they reach the delivery limit.
  const reportQuarantine = () =>
    health.report('quarantine', isHeld || unsettled.size > 0 ? 'settling messages that were returned often' : null)
  const places = occupancy.places('CONCURRENCY', parts.config.CONCURRENCY)
  const scheduler = createDeliveryScheduler<Delivery>({
    async work(delivery, lane) {
      places.enter()
      const done = await work(parts, quarantine, delivery, lane).finally(places.leave)
      if (done === 'done' && unsettled.delete(delivery)) reportQuarantine()
      return done
    },
    onStop: () => health.report('work', 'stopped by an error that is not an error of a message; trying again'),
    onResume: () => health.report('work', null),
    resumeAfterMs: RESUME_AFTER_MS,
  })
  let holds = 0
  const source = { queue, register, storeId: store.peek.storeId }
  const subscription = broker.subscribe(source, {
    prefetch: parts.config.CONCURRENCY,
    onClaim: parts.onClaim,
    onDelivery(delivery, channel) {
      if (isProbe(delivery)) return delivery.ack()
      // Redelivered messages arrive first. All of them are sorted into lanes before any of them can kill the process.
      if (channel.isFirst && delivery.redelivered) {
        scheduler.hold()
        isHeld = true
        const hold = ++holds
        const release = () => {
          // A channel that is lost meanwhile must not release what the next one holds.
          if (hold !== holds) return
          isHeld = false
          reportQuarantine()
          scheduler.release()
        }
        channel.caughtUp().then(release, release)
      }
      const lane = quarantine.laneOf(delivery)
      if (lane === 'settle-only') unsettled.add(delivery)
      reportQuarantine()
      scheduler.add(delivery, lane)
    },
    onLost() {
      unsettled.clear()
      reportQuarantine()
      scheduler.clear()
    },
  })
  return {
    async stop() {
      await subscription.cancel()
      await scheduler.close()
      if (closing.aborted) log.info({ queue }, 'stopped consuming')
    },
  }
}

/** A body that cannot be read is not done; its handler will throw the reason. */
function isDone<In extends Event>(parts: ConsumeParts<In>, body: Buffer): boolean {
  const event = orUndefined(parts.read, body)
  return event !== undefined && parts.isDone(event)
}

async function deadLetter<In extends Event>(
  parts: ConsumeParts<In>,
  delivery: Delivery,
  error: LabError,
  attempts: number,
): Promise<void> {
  const event = orUndefined(parts.read, delivery.body)
  if (event) await parts.onDeadLetter?.(event, error.code)
  const { broker, consumerQueue } = parts
  await broker.publish(republishAsDeadLetter(delivery, consumerQueue.deadLetters, error, attempts))
}

async function work<In extends Event>(
  parts: ConsumeParts<In>,
  quarantine: Quarantine,
  delivery: Delivery,
  lane: Lane,
): Promise<Done> {
  try {
    if (lane === 'settle-only') await quarantine.settle(delivery)
    else if (lane === 'concurrent') await handle(parts, delivery, delivery.ack)
    else await quarantine.isolate(delivery, ack => handle(parts, delivery, ack))
    return 'done'
  } catch (error) {
    return settleFailed(parts, delivery, error)
  }
}

async function handle<In extends Event>(parts: ConsumeParts<In>, delivery: Delivery, ack: () => void): Promise<void> {
  const event = parts.read(delivery.body)
  const { correlationId } = event
  await parts.handle(event, { correlationId, signal: parts.closing, log: parts.log.child({ correlationId }) }, ack)
}

/** Settles by the failure policy. Answers `stop` also when the message that replaces this one cannot be published. */
async function settleFailed<In extends Event>(
  parts: ConsumeParts<In>,
  delivery: Delivery,
  error: unknown,
): Promise<Done> {
  const { broker, config, log, closing } = parts
  // A service that is closing leaves its messages to the next process.
  if (closing.aborted) return 'stop'
  const { messageId, correlationId } = delivery
  const attempt = attemptsOf(delivery) + 1
  const { code: reason, detail } = asLabError(error)
  const about = { messageId, correlationId, reason, detail, attempt }
  const settlement = settlementAfter(error, attempt, config.RETRY_DELAYS_MS)
  try {
    if (settlement.kind === 'stop') {
      log.warn(about, 'stopped')
      return 'stop'
    }
    if (settlement.kind === 'retry') {
      const { delayMs } = settlement
      const exchange = delayQueueFor(broker.topology, attempt)
      await broker.publish(republishForRetry(delivery, { exchange, delayMs }, asLabError(error)))
      log.warn({ ...about, delayMs }, 'will be retried')
    }
    if (settlement.kind === 'dead-letter') {
      await deadLetter(parts, delivery, settlement.error, attempt)
      log.error({ ...about, reason: settlement.error.code }, 'dead-lettered')
    }
    delivery.ack()
    return 'done'
  } catch (failure) {
    log.warn({ ...about, failure: String(failure) }, 'stopped: the message could not be republished')
    return 'stop'
  }
}

function delayQueueFor({ delayQueues }: Topology, attempt: number): string {
  const exchange = delayQueues[attempt - 1]
  if (exchange !== undefined) return exchange
  throw new Error(`the topology has ${delayQueues.length} delay queues, none for attempt ${attempt}`)
}
