import { answerLatency } from '#engine/analysis/latency.ts'
import { runLoad } from '#engine/load/generator.ts'
import { openRestSides } from './rest-sides.ts'
import type { Row, RowContext } from '../row.ts'
import { reservableOrders } from '../setup/services.ts'

const ORDERS_PER_SECOND = 200
const DEADLINE_MS = 5_000
/** A round in which the generator was late is measured again. */
const MOST_ATTEMPTS = 3

export const restLatency: Row = {
  name: 'rest-latency',
  figures: [
    { name: 'p50', unit: 'ms', goal: { atMost: 2 } },
    { name: 'p99', unit: 'ms', goal: { atMost: 2.5 } },
  ],
  driven: `sync-rest with all its stores synced, in an open loop at ${ORDERS_PER_SECOND} orders a second; latency counts from the planned start to the answer, by which the order is reserved and notified.`,
  reference: 'The bare chain under the same load.',
  boundBy:
    'On the side of sync-rest four transactions are synced to the disk one after the other before an answer, two of order_service and one of each other service; the chain syncs nothing.',
  open: context => openRestSides(context, (url, runId) => latencyAt(url, runId, context)),
}

/** @throws Error when too few were answered for a p99, or when the figures say more about the generator */
async function latencyAt(url: string, runId: string, { quick, signal }: RowContext): Promise<Latency> {
  let latest = 0
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const { isLate, ...found } = await loadOnce(url, `${runId}-${attempt}`, quick ? 1_000 : 2_000, signal)
    if (quick || !isLate) return found
    latest = found['start lateness p99']
  }
  throw new Error(
    `The load started ${latest.toFixed(1)} ms late at p99, ${MOST_ATTEMPTS} times: measure it while the machine has less to do.`,
  )
}

type Latency = { p50: number; p99: number; 'start lateness p99': number }

async function loadOnce(
  url: string,
  runId: string,
  orders: number,
  signal: AbortSignal,
): Promise<Latency & { isLate: boolean }> {
  const { attempts, lateness } = await runLoad({
    orders: reservableOrders(runId, orders),
    ordersPerSecond: ORDERS_PER_SECOND,
    target: { url, path: '/order' },
    deadlineMs: DEADLINE_MS,
    signal,
  })
  signal.throwIfAborted()
  const { p50, p99 } = answerLatency(attempts, DEADLINE_MS).corrected
  if (p50.ms === undefined || p99.ms === undefined) throw new Error('Too few orders were answered for a p99.')
  const isLate = (p50.isLate ?? false) || (p99.isLate ?? false)
  return { p50: p50.ms, p99: p99.ms, 'start lateness p99': lateness?.p99Ms ?? 0, isLate }
}
