import { answerLatency } from '#engine/analysis/latency.ts'
import { runLoad } from '#engine/load/generator.ts'
import { openRestSides } from './rest-sides.ts'
import type { Row, RowContext } from './row.ts'
import { reservableOrders } from './services.ts'

const ORDERS_PER_SECOND = 200
const DEADLINE_MS = 5_000

export const restLatency: Row = {
  name: 'rest-latency',
  figures: [
    { name: 'p50', unit: 'ms', goal: { atMost: 2 } },
    { name: 'p99', unit: 'ms', goal: { atMost: 2.5 } },
  ],
  driven: `sync-rest with all its stores synced, in an open loop at ${ORDERS_PER_SECOND} orders a second; latency counts from the planned start to the answer, by which the order is reserved and notified.`,
  reference: 'The bare chain under the same load.',
  boundBy:
    'Three stores sync one after the other before the answer: each sync of the disk adds to the latency of the lab alone.',
  open: context => openRestSides(context, (url, runId) => latencyAt(url, runId, context)),
}

/** @throws Error when too few were answered for a p99 */
async function latencyAt(
  url: string,
  runId: string,
  { quick, signal }: RowContext,
): Promise<{ p50: number; p99: number }> {
  const { attempts } = await runLoad({
    orders: reservableOrders(runId, quick ? 1_000 : 2_000),
    ordersPerSecond: ORDERS_PER_SECOND,
    target: { url, path: '/order' },
    deadlineMs: DEADLINE_MS,
    signal,
  })
  signal.throwIfAborted()
  const { p50, p99 } = answerLatency(attempts, DEADLINE_MS).corrected
  if (p50.ms === undefined || p99.ms === undefined) throw new Error('Too few orders were answered for a p99.')
  return { p50: p50.ms, p99: p99.ms }
}
