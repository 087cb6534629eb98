// The quarantine of a message that kills its consumer.
//
// When a process ends, the broker requeues all the messages that it had in flight, and counts a return for each of them.
// One killer could thereby push the good messages beside it to the broker's delivery limit, and into the dead-letter queue.
// Therefore:
//
//   - a message with 2 returns is handled in isolation, with a row in the crash journal around the work. A message that
//     crashed its consumer 5 times in isolation, and has no stored result, is dead-lettered as `kills-consumer`. Crashes
//     that are more than an hour apart do not add up: a killer that is started again kills again, and other causes are rare.
//   - a message with 5 returns is republished before any message of its batch is handled. The broker counts the returns
//     of the republished message from 0. A crash between the publish and the ack leaves two of them; handlers recognise
//     an order that they know.
//
// Guarantees: a good message does not reach the delivery limit because of another one. A message with a stored result is
// never dead-lettered here. Not promised: that no good message is isolated, which only makes it slower; nor that good
// messages stay below the limit when 15 processes in a row are killed before they are healthy, because a process is healthy
// once it has republished them.
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { LabError } from '#common/contracts/errors.ts'
import type { Logger } from '#common/service/log.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import type { Broker } from '../broker/broker.ts'
import type { Delivery } from '../broker/subscription.ts'
import type { Lane } from './delivery-scheduler.ts'
import { attemptsOf, republishFresh } from './republish.ts'

const ISOLATE_FROM_RETURNS = 2
const REPUBLISH_FROM_RETURNS = 5
const CRASHES_OF_A_KILLER = 5
/** Longer than whatever starts services again waits between two starts. */
const CRASHES_APART_MS = 60 * 60_000

/**
 * The crash journal: which messages this consumer handled when its process ended.
 * A message that is handled in isolation has a row here. It is on disk before the work begins and deleted after it, so a
 * row that is found at the next start counts the processes that ended during the work.
 */
export type CrashJournalTables = {
  /** Before the work: counts one more attempt that may crash. The count begins anew an hour after the last one. */
  recordAttempt(key: string): void
  /** After the work: the process survived it. */
  clearAttempts(key: string): void
  /** How many attempts have no end; 0 for most messages. */
  crashCount(key: string): number
}

export type QuarantineParts = {
  broker: Pick<Broker, 'publish'>
  store: ServiceStore<CrashJournalTables>
  /** Resolves when the broker has confirmed the dead letter. */
  deadLetter(delivery: Delivery, error: LabError, attempts: number): Promise<void>
  /** Whether the message has its stored result. */
  isDone(body: Buffer): boolean
  log: Logger
}

export type Quarantine = {
  /** How a delivery is to be handled. */
  laneOf(delivery: Delivery): Lane
  /** For the lane `settle-only`: dead-letters a killer, republishes a message with too many returns; then acks. */
  settle(delivery: Delivery): Promise<void>
  /** For the isolated lanes: runs `handle` with a row in the crash journal. */
  isolate(delivery: Delivery, handle: (ack: () => void) => Promise<void>): Promise<void>
}

export function createQuarantine({ broker, store, deadLetter, isDone, log }: QuarantineParts): Quarantine {
  return {
    laneOf({ body, deliveryCount }) {
      if (deliveryCount >= REPUBLISH_FROM_RETURNS) return 'settle-only'
      const crashes = store.peek.crashCount(messageKey(body))
      if (crashes === 0 && deliveryCount < ISOLATE_FROM_RETURNS) return 'concurrent'
      if (isDone(body)) return 'concurrent'
      if (crashes >= CRASHES_OF_A_KILLER) return 'settle-only'
      // Behind all others, so that a killer stops no good message. When the crashes have another cause, each of them
      // meets another message, and no message collects five.
      return crashes > 0 ? 'isolated-last' : 'isolated'
    },

    async settle(delivery) {
      const { body, messageId } = delivery
      const key = messageKey(body)
      const crashes = store.peek.crashCount(key)
      if (crashes < CRASHES_OF_A_KILLER || isDone(body)) {
        await broker.publish(republishFresh(delivery))
        return delivery.ack()
      }
      const error = new LabError('kills-consumer', `the consumer ended ${crashes} times while it handled only this`)
      await deadLetter(delivery, error, attemptsOf(delivery))
      // A dead letter that is redriven gets another chance.
      await store.transact(tx => tx.clearAttempts(key))
      log.error({ messageId, reason: error.code, crashes }, 'dead-lettered')
      delivery.ack()
    },

    async isolate(delivery, handle) {
      const key = messageKey(delivery.body)
      let isAcked = false
      await store.transact(tx => tx.recordAttempt(key))
      try {
        await handle(() => {
          isAcked = true
        })
      } finally {
        await store.transact(tx => tx.clearAttempts(key))
      }
      // Not before the row is gone: when it cannot be deleted, the consumer stops and handles the message again.
      if (isAcked) delivery.ack()
    },
  }
}

export function crashJournalTables(db: DatabaseSync, now: () => number = Date.now): CrashJournalTables {
  db.exec(
    'CREATE TABLE IF NOT EXISTS crashes (key TEXT PRIMARY KEY, count INTEGER NOT NULL, lastMs INTEGER NOT NULL) STRICT',
  )
  const record = db.prepare(
    `INSERT INTO crashes VALUES (?, 1, ?) ON CONFLICT DO UPDATE SET lastMs = excluded.lastMs,
     count = CASE WHEN excluded.lastMs - lastMs > ${CRASHES_APART_MS} THEN 1 ELSE count + 1 END`,
  )
  const clear = db.prepare('DELETE FROM crashes WHERE key = ?')
  const find = db.prepare('SELECT count FROM crashes WHERE key = ?')
  return {
    recordAttempt: key => void record.run(key, now()),
    clearAttempts: key => void clear.run(key),
    crashCount: key => Number(find.get(key)?.count ?? 0),
  }
}

/** A message is identified by its bytes: a republished message has the row of its original. */
export const messageKey = (body: Buffer): string => createHash('sha256').update(body).digest('base64url')
