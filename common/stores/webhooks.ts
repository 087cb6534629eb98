// The webhooks that are due: orders of the orders table that were decided, until their receiver has been told.
// Guarantees: a webhook is due in the transaction that decides its order, whoever decides it, and once: a status never goes back.
import type { DatabaseSync } from 'node:sqlite'
import type { PendingOrder } from './orders.ts'

export type WebhooksTables = {
  /** The first `limit` after `after`, in the sequence in which they were decided. */
  dueWebhooks(after: number, limit: number): PendingOrder[]
  removeWebhook(seq: number): void
  countWebhooks(): number
}

/** Call it behind `ordersTables`, whose table it watches. @param isOn where it is not, nothing becomes due, and what is due stays so */
export function webhooksTables(db: DatabaseSync, isOn: boolean): WebhooksTables {
  db.exec('CREATE TABLE IF NOT EXISTS webhooks (seq INTEGER PRIMARY KEY, orderId TEXT NOT NULL) STRICT')
  // Of this connection alone: a start without webhooks has no trigger. It is kept where those of undecided.ts are, since a change
  // of that place removes all that is temporary.
  if (isOn)
    db.exec(`PRAGMA temp_store = MEMORY;
      CREATE TEMP TRIGGER webhook_due AFTER UPDATE OF status ON orders
      WHEN OLD.status = 'pending' AND NEW.status <> 'pending'
      BEGIN INSERT INTO webhooks (orderId) VALUES (NEW.orderId); END`)
  const due = db.prepare('SELECT seq, orderId FROM webhooks WHERE seq > ? ORDER BY seq LIMIT ?')
  const remove = db.prepare('DELETE FROM webhooks WHERE seq = ?')
  const count = db.prepare('SELECT count(*) AS due FROM webhooks')
  return {
    dueWebhooks: (after, limit) => due.all(after, limit) as PendingOrder[],
    removeWebhook: seq => void remove.run(seq),
    countWebhooks: () => Number(count.get()?.due),
  }
}
