// Webhooks: what became of each order is told to one receiver, which need not ask. The same for all models.
//
//   POST <WEBHOOK_URL>   {"orderId", "status": "reserved" | "failed", "reason"?}, signed (contracts/webhook-signature.ts)
//
// The receiver is set by whoever operates the service, and is never taken from a request: a service that calls any address which
// a client names calls those of its own network for it. For the same reason no redirect is followed.
// Guarantees: at least once. The webhook of an order is due in the transaction that decides it, and is sent until the receiver answers
// 2xx, across restarts; 410 ends it. Its id is that of the order, so that the receiver recognises what it has had.
// Not promised: once, or in the sequence of the decisions. Where the receiver fails one each time, others wait for the pauses
// between, and where it does not answer, for its deadline too. Any that is sent ends the pauses: what fails is then soon sent again.
import type { Pool } from 'undici'
import { deadlineIn } from '../contracts/clock.ts'
import { explain } from '../contracts/errors.ts'
import { signedHeaders, webhookKey } from '../contracts/webhook-signature.ts'
import type { ServiceStore } from '../stores/group-commit.ts'
import type { WebhooksTables } from '../stores/webhooks.ts'
import type { OrdersTx, PlacedOrder } from '../workflow/store.ts'
import { ConfigError, type Setting, type Values } from './config.ts'
import { startDurableWorker } from './durable-worker.ts'
import type { ServerParts } from './http-server.ts'
import type { OrderWatch } from './order-watch.ts'
import { degradedReporter } from './retry.ts'

/** At most so many at the receiver at once. */
const CONCURRENCY = 16
/** Less than a service takes to stop. */
const DEADLINE_MS = 3_000
const PACE = { firstMs: 100, longestMs: 5_000 }
const LARGEST_ANSWER_BYTES = 16_384

const GONE = 410

/** A wrong one may have a password in it, and is not shown. */
const receiver: Setting<URL | undefined> = {
  isSecret: true,
  about: 'the receiver of webhooks, which is told what became of each order; without one nobody is',
  fallback: '',
  read(value) {
    if (value === '') return undefined
    const url = URL.canParse(value) ? new URL(value) : undefined
    if (url && /^https?:$/.test(url.protocol) && url.username + url.password === '') return url
    throw new Error('a full http:// or https:// address without a user')
  },
}

const secret: Setting<Buffer | undefined> = {
  about: 'the secret that signs webhooks: `whsec_` and 24 to 64 random bytes as base64',
  fallback: '',
  isSecret: true,
  read: value => (value === '' ? undefined : webhookKey(value)),
}

export const webhookSettings = { WEBHOOK_URL: receiver, WEBHOOK_SECRET: secret }

type Parts = ServerParts & {
  config: Values<typeof webhookSettings>
  store: ServiceStore<OrdersTx & WebhooksTables>
  watch: Pick<OrderWatch, 'onChange'>
}

/** `ended` resolves when the service is closing and nothing is in flight. @throws ConfigError where there is no secret */
export async function startWebhooks({ config, store, watch, ...parts }: Parts): Promise<{ ended: Promise<void> }> {
  const { log, health, closing } = parts
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: key } = config
  const due = store.peek.countWebhooks
  if (!url) {
    if (due() > 0) health.warn('webhooks', `${due()} due; set WEBHOOK_URL, and they are sent`)
    return { ended: Promise.resolve() }
  }
  if (!key) throw new ConfigError(`WEBHOOK_SECRET is not set (${secret.about})`)
  let problem: string | null = null
  /** Those that failed, and have not been sent since. */
  const failed = new Set<number>()
  const report = degradedReporter({ ...parts, health: { ...health, report: (_, why) => (problem = why) } }, 'webhooks')
  health.warnWhile('webhooks', () => problem && `${due()} due: ${problem}`)
  const { send, close } = await openSender(url, key)
  const worker = startDurableWorker({
    pending: (after, limit) => store.read(tx => tx.dueWebhooks(after, limit)),
    async run({ seq, orderId }) {
      const placed = store.peek.findOrder(orderId)
      const status = placed && (await send(placed))
      await store.transact(tx => tx.removeWebhook(seq))
      if (status === GONE) log.warn({ orderId }, 'the receiver does not want this webhook, and it is not sent again')
    },
    window: CONCURRENCY,
    resume: 'behind',
    onSuccess({ seq }) {
      failed.delete(seq)
      if (failed.size === 0) report(null)
    },
    onFailure(error, row) {
      if (row) failed.add(row.seq)
      report(explain(error))
    },
    onIdle: () => report(null),
    closing,
    pace: PACE,
  })
  watch.onChange(worker.notify)
  return { ended: worker.ended.then(close) }
}

async function openSender(url: URL, key: Buffer) {
  // Not before: a service that sends none does not load it.
  const undici = await import('undici')
  const pool = new undici.Pool(url.origin, { connections: CONCURRENCY, connectTimeout: DEADLINE_MS / 2 })
  return { send: (placed: PlacedOrder) => post(pool, url, key, placed), close: () => pool.close() }
}

/** Resolves with a status that ends the webhook. @throws Error when it has to be sent again */
async function post(pool: Pool, { pathname, search }: URL, key: Buffer, placed: PlacedOrder): Promise<number> {
  const { order, status, reason } = placed
  const text = JSON.stringify({ orderId: order.orderId, status, ...(reason !== null && { reason }) })
  const { signal, clear } = deadlineIn(DEADLINE_MS)
  try {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: pathname + search,
      headers: { 'content-type': 'application/json', ...signedHeaders(key, idOf(order.orderId), text) },
      body: text,
      signal,
    })
    // Its status is the answer, whether the rest of it ends or not.
    await body.dump({ limit: LARGEST_ANSWER_BYTES })
    if ((statusCode >= 200 && statusCode < 300) || statusCode === GONE) return statusCode
    throw new Error(`the receiver answered ${statusCode}`)
  } finally {
    clear()
  }
}

/** An order of a log may have any text as its id; a dot would make it unclear what was signed, and a header takes no line break. */
const idOf = (orderId: string): string =>
  /^[\w-]+$/.test(orderId) ? orderId : Buffer.from(orderId).toString('base64url')
