// When the orders of a round are done: their notifications are stored.
import { Type } from '#common/contracts/type.ts'
import { monotonicNs } from '#common/contracts/clock.ts'
import { parse } from '#common/contracts/parse.ts'
import { waitFor } from '#host/wait-for.ts'

const DEADLINE_MS = 120_000
const EVERY_MS = 20

const Page = Type.Object({ rows: Type.Array(Type.Object({ seq: Type.Integer() })) })

/** Resolves with the moment, of the monotonic clock, at which the service has stored so many since its store was empty. */
export async function notifiedAt(service: string, count: number, signal: AbortSignal): Promise<number> {
  // The rows are numbered without a gap.
  const page = `${service}/notifications?limit=1&after=${count - 1}`
  const isStored = async () => parse(Page, await (await fetch(page, { signal })).json(), page).rows.length > 0
  await waitFor(isStored, { deadlineMs: DEADLINE_MS, everyMs: EVERY_MS, what: `${count} notifications`, signal })
  return monotonicNs()
}
