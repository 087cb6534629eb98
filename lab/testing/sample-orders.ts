// Made orders of one variant: 50 a second for 40 s, and from the tenth to the twentieth nothing is decided.
import { seededRandom } from '#engine/load/random.ts'
import type { Orders, Series } from '#engine/run/summary.ts'

const COUNT = 2_000
const PER_SECOND = 50
const FAULT = { from: 10, to: 20 }
const DRAIN_PER_SECOND = 400

type Point = NonNullable<Orders['points']>[number]

/** @param model a synchronous one refuses what the others let wait */
export function sampleOrders(
  model: string,
  variant: string,
  scenario: string,
  seed: number,
): { orders: Orders; backlog: Series } {
  const random = seededRandom(seed * 1_000 + scenario.length)
  const kinds = model === 'sync-rest' ? ['201', '409 out-of-stock', '503 inventory-unavailable', 'deadline'] : ['202']
  let freeAt = 0
  const points = Array.from({ length: COUNT }, (_, nth): Point => {
    const at = Math.round((nth / PER_SECOND) * 1_000) / 1_000
    const quick = Math.round(2_000 * (1 + random.next() * 3 + (random.next() < 0.03 ? 10 : 0))) / 1_000
    const isBroken = at >= FAULT.from && at < FAULT.to
    if (model === 'sync-rest') {
      if (isBroken) return random.next() < 0.1 ? [at, null, null, 3] : [at, quick, null, 2]
      return [at, quick, quick + 1, random.next() < 0.05 ? 1 : 0]
    }
    freeAt = Math.max(isBroken ? FAULT.to : at, freeAt + 1 / DRAIN_PER_SECOND)
    return [at, quick, Math.round((freeAt - at) * 1_000_000) / 1_000 + quick * 3, 0]
  })
  const answers = kinds.map((kind, index) => ({ kind, perSecond: perSecond(points, index) }))
  return { orders: { variant, kinds, points, answers }, backlog: backlogOf(variant, points) }
}

function perSecond(points: readonly Point[], kind: number): [number, number][] {
  const counts = new Map<number, number>()
  for (const [at, , , its] of points)
    if (its === kind) counts.set(Math.floor(at), (counts.get(Math.floor(at)) ?? 0) + 1)
  return [...counts]
}

function backlogOf(variant: string, points: readonly Point[]): Series {
  const times = Array.from({ length: 170 }, (_, nth) => nth / 4)
  const open = (now: number) =>
    points.filter(([at, , completed]) => completed !== null && at <= now && at + completed / 1_000 > now).length
  return { variant, name: 'backlog', unit: 'orders', points: times.map((now): [number, number] => [now, open(now)]) }
}
