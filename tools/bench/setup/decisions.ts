// How quickly an inventory service works a backlog off, by the times in its own decisions, and how many cores it has meanwhile.
import { Type } from '#common/contracts/type.ts'
import { parse } from '#common/contracts/parse.ts'
import type { Runtime } from '#engine/experiment/runtime.ts'
import { waitFor } from '#host/wait-for.ts'
import { watchCores } from './cores.ts'

const DEADLINE_MS = 300_000
const EVERY_MS = 50

const Page = Type.Object({ rows: Type.Array(Type.Object({ decidedNs: Type.Number() })) })

type Backlog = {
  runtime: Runtime
  /** It has just been started. */
  service: string
  broker: Parameters<typeof watchCores>[1]
  orders: number
  signal: AbortSignal
}
type WorkedOff = { perSecond: number; cores: Record<string, number> }

/** Decisions a second, from the first to the last of so many. @throws Error when they do not come */
export async function workOff({ runtime, service, broker, orders, signal }: Backlog): Promise<WorkedOff> {
  // The rows are numbered without a gap.
  const decidedNs = (number: number) => {
    const page = `${runtime.url(service)}/inventory/decisions?limit=1&after=${number - 1}`
    const isThere = async () => parse(Page, await (await fetch(page, { signal })).json(), page).rows[0]
    return waitFor(isThere, { deadlineMs: DEADLINE_MS, everyMs: EVERY_MS, what: `${number} decisions`, signal })
  }
  const first = await decidedNs(1)
  const pids = runtime.host?.processes().find(({ name }) => name === service)?.pids ?? []
  const cores = watchCores({ name: service, pids }, broker)
  const last = await decidedNs(orders)
  return { perSecond: ((orders - 1) * 1e9) / (last.decidedNs - first.decidedNs), cores: cores() }
}
