// The shell around a handler that reads a queue: what becomes of a message is told by the table of errors.
//
//   ack          the handler came back: what it stored is on disk, what it published is confirmed.
//   retry        an error of the message: a copy climbs the ladder of delays, then it is a dead letter.
//   dead-letter  the message can never be handled: a copy with its reason, at once.
//   stop         not the message's error (store full, broker away): nothing more is handled, health turns red, and what
//                was delivered is kept unacked and tried again until it heals. It costs no attempt, nor a return.
//
// A message that kills its consumer takes all that is in flight with it, and the broker counts that against each of
// them. So that good ones never reach the broker's delivery limit, and the killer is found:
//   - a message that came back twice is handled alone, with a journal on disk around it (suspects.ts): only what was
//     begun alone and left no end, five times, and has no stored result, is given up as `kills-consumer`;
//   - a message that came back five times is published again as a fresh copy, which the broker counts from 0, before
//     anything of its batch is handled. Fresh copies and their originals may both be read: handlers know their work.
// Not promised: the order of messages.
import { asLabError, LabError, settlementOf } from '#common/contracts/errors.ts'
import type { Context } from '#common/service/handler.ts'
import type { Health } from '#common/service/health.ts'
import type { Logger } from '#common/service/log.ts'
import type { Store } from '#common/workflow/store.ts'
import type { Broker } from '../broker/broker.ts'
import { PROBE } from '../broker/message.ts'
import type { Delivery } from '../broker/subscription.ts'
import { attemptsOf, republishAsDeadLetter, republishFresh, republishForRetry } from './republish.ts'
import { createDeliveryScheduler, type Done, type Lane } from './delivery-scheduler.ts'
import { messageKey, type CrashJournalTables } from './quarantine/crash-journal.ts'
import type { ConsumerQueue, Topology } from './topology.ts'

const ALONE_FROM = 2
const REFRESH_FROM = 5
const DEATHS_OF_A_KILLER = 5
const TRY_AGAIN_MS = 500

type Event = { correlationId: string; data: { orderId: string } }

export type ConsumeParts<In extends Event> = {
  broker: Pick<Broker, 'publish' | 'subscribe'>
  topology: Topology
  line: ConsumerQueue
  /** The delays of the ladder, a step each. */
  delaysMs: number[]
  /** How many are handled at once. */
  prefetch: number
  store: Store<CrashJournalTables> & { read: CrashJournalTables }
  read(body: Buffer): In
  /** Comes back when all of its effects are kept; then the message is acked. */
  handle(event: In, context: Context): Promise<void>
  /** Whether the event has its stored result: then it is no killer, it only has to be said again. */
  isDone(event: In): boolean
  log: Logger
  health: Health
  closing: AbortSignal
}

/** Consumes until it is stopped; `stop` resolves when nothing is under way. */
export function consume<In extends Event>(parts: ConsumeParts<In>): { stop(): Promise<void> } {
  const { broker, line: names, health, log, closing } = parts
  const line = createDeliveryScheduler<Delivery>({
    work: (delivery, turn) => work(parts, delivery, turn),
    onStop: () => health.report('work', 'stopped by an error that is not of a message; trying again'),
    onResume: () => health.report('work', null),
    tryAgainMs: TRY_AGAIN_MS,
  })
  let holds = 0
  const subscription = broker.subscribe(names.queue, {
    prefetch: parts.prefetch,
    onDelivery(delivery, channel) {
      if (delivery.type === PROBE) return delivery.ack()
      // What came back comes first: the whole batch is looked at before any of it can kill.
      if (channel.isFirst && delivery.redelivered) {
        line.hold()
        const mine = ++holds
        // A channel that was lost meanwhile must not release what the next one holds.
        const release = () => void (mine === holds && line.release())
        channel.caughtUp().then(release, release)
      }
      line.arrive(delivery, turnOf(parts, delivery))
    },
    onLost: () => line.clear(),
  })
  return {
    async stop() {
      await subscription.cancel()
      await line.close()
      if (closing.aborted) log.info({ queue: names.queue }, 'stopped consuming')
    },
  }
}

function turnOf<In extends Event>(parts: ConsumeParts<In>, { body, deliveryCount }: Delivery): Lane {
  if (deliveryCount >= REFRESH_FROM) return 'unhandled'
  const deaths = parts.store.read.crashCount(messageKey(body))
  if (deaths === 0 && deliveryCount < ALONE_FROM) return 'together'
  if (isDone(parts, body)) return 'together'
  if (deaths >= DEATHS_OF_A_KILLER) return 'unhandled'
  // A killer dies behind all others; where the deaths have another cause, they hit another suspect each time.
  return deaths > 0 ? 'last' : 'alone'
}

/** What cannot be read is not done; reading it again tells why. */
function isDone<In extends Event>(parts: ConsumeParts<In>, body: Buffer): boolean {
  try {
    return parts.isDone(parts.read(body))
  } catch {
    return false
  }
}

async function work<In extends Event>(parts: ConsumeParts<In>, delivery: Delivery, turn: Lane): Promise<Done> {
  try {
    if (turn === 'unhandled') await settleUnhandled(parts, delivery)
    else await handle(parts, delivery, turn)
    delivery.ack()
    return 'done'
  } catch (error) {
    return settleFailed(parts, delivery, error)
  }
}

/** A proven killer is given up; what came back too often is published afresh. */
async function settleUnhandled<In extends Event>(parts: ConsumeParts<In>, delivery: Delivery): Promise<void> {
  const { broker, store, line, log } = parts
  const key = messageKey(delivery.body)
  const deaths = store.read.crashCount(key)
  if (deaths < DEATHS_OF_A_KILLER || isDone(parts, delivery.body)) return broker.publish(republishFresh(delivery))
  const error = new LabError('kills-consumer', `the consumer ended ${deaths} times while it handled only this`)
  await broker.publish(republishAsDeadLetter(delivery, line.deadLetters, error, attemptsOf(delivery)))
  await store.transact(tx => tx.clearAttempts(key))
  log.error({ messageId: delivery.messageId, reason: error.code, deaths }, 'gave a message up')
}

async function handle<In extends Event>(parts: ConsumeParts<In>, delivery: Delivery, turn: Lane): Promise<void> {
  const { store, closing, log } = parts
  const key = turn === 'together' ? undefined : messageKey(delivery.body)
  if (key) await store.transact(tx => tx.recordAttempt(key))
  try {
    const event = parts.read(delivery.body)
    const { correlationId } = event
    await parts.handle(event, { correlationId, signal: closing, log: log.child({ correlationId }) })
  } finally {
    if (key) await store.transact(tx => tx.clearAttempts(key))
  }
}

/** By the table of errors; `stop` also when the copy itself cannot be published. */
async function settleFailed<In extends Event>(
  parts: ConsumeParts<In>,
  delivery: Delivery,
  thrown: unknown,
): Promise<Done> {
  const { broker, topology, line, delaysMs, log, closing } = parts
  const error = asLabError(thrown)
  // A service that is told to stop leaves its messages to the next one.
  if (closing.aborted) return 'stop'
  const attempts = attemptsOf(delivery) + 1
  const settlement = settlementOf(error)
  const { messageId, correlationId } = delivery
  const about = { messageId, correlationId, reason: error.code, detail: error.detail, attempts }
  try {
    const exchange = topology.delayQueues[attempts - 1]
    const delayMs = delaysMs[attempts - 1]
    if (settlement === 'stop') {
      log.warn(about, 'stopped')
      return 'stop'
    }
    if (settlement === 'retry' && exchange !== undefined && delayMs !== undefined) {
      await broker.publish(republishForRetry(delivery, { exchange, delayMs }, error))
      log.warn({ ...about, delayMs }, 'will be tried again')
    } else if (settlement !== 'ack') {
      const last = settlement === 'retry' ? new LabError('retries-exhausted', `${error.code}: ${error.detail}`) : error
      await broker.publish(republishAsDeadLetter(delivery, line.deadLetters, last, attempts))
      log.error({ ...about, reason: last.code }, 'gave a message up')
    }
    delivery.ack()
    return 'done'
  } catch (failure) {
    log.warn({ ...about, failure: String(failure) }, 'could not set a message aside; stopped')
    return 'stop'
  }
}
