// How quickly an inventory service works a backlog off, by the times in its own decisions.
import { Type } from 'typebox'
import { parse } from '#common/contracts/parse.ts'
import { waitFor } from '#host/wait-for.ts'

const DEADLINE_MS = 300_000
const EVERY_MS = 50

const Page = Type.Object({ rows: Type.Array(Type.Object({ decidedNs: Type.Number() })) })

/** In decisions a second, from the first to the last of so many. @throws Error when they do not come */
export async function decisionRate(service: string, count: number, signal: AbortSignal): Promise<number> {
  // The rows are numbered without a gap.
  const decidedNs = (number: number) => {
    const page = `${service}/inventory/decisions?limit=1&after=${number - 1}`
    const isThere = async () => parse(Page, await (await fetch(page, { signal })).json(), page).rows[0]
    return waitFor(isThere, { deadlineMs: DEADLINE_MS, everyMs: EVERY_MS, what: `${number} decisions`, signal })
  }
  const [first, last] = [await decidedNs(1), await decidedNs(count)]
  return ((count - 1) * 1e9) / (last.decidedNs - first.decidedNs)
}
