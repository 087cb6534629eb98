// Every message is delivered twice; where the clients' requests are messages of the model too, every client asks twice.
import { Type } from 'typebox'
import { defineCheck, vacuous, valid } from '#common/experiment/checks/check.ts'
import { duplicatesSeen } from '#common/experiment/checks/seen.ts'
import { parse } from '#common/contracts/parse.ts'
import { steadyPlan, withRepeats } from '#common/experiment/load/plan.ts'
import type { Span } from '#common/experiment/recovery.ts'
import { around, between, defineFault, spanOf } from '../fault.ts'

const RETRY_MS = 250
const Copies = Type.Object({ copied: Type.Number(), of: Type.Optional(Type.Record(Type.String(), Type.Number())) })
/** The share of them that shows that it took place: one client's first request may end without an answer. */
const MOST = 0.9

export const duplicates = defineFault({
  name: 'duplicates',
  title: "Every message delivered twice (REST: every request, the clients' too)",
  asks: 'Everything arrives twice: is an order reserved or confirmed twice?',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 2_000, faultMs: 12_000, afterMs: 2_000 },
    quick: { ordersPerSecond: 50, beforeMs: 500, faultMs: 2_000, afterMs: 500 },
  },
  load: around,
  harm({ compared: { copies } }, settings) {
    const span = spanOf(settings)
    const harm = { label: 'everything arrives twice', ...between(span, copies.begin, copies.end) }
    const seen = [copiesSeen(copies.end.verb, span)]
    if (!copies.clientsRepeat) return { ...harm, seen }
    const asked = (settings.ordersPerSecond * settings.faultMs) / 1_000
    return {
      ...harm,
      plan: (count, ordersPerSecond) => withRepeats(steadyPlan(count, ordersPerSecond), 1, RETRY_MS, span),
      seen: [...seen, duplicatesSeen({ atLeast: Math.floor(MOST * asked) })],
    }
  },
})

/**
 * The step that ends the copying says how many copies it sent: of each order that came meanwhile one, and of most results;
 * and by each way that it tells apart one of nearly every order.
 */
const copiesSeen = (verb: string, { fromMs, toMs }: Span) =>
  defineCheck('copies-seen', 'what came meanwhile was delivered twice', ({ acts, evidence, originNs }) => {
    const { copied, of = {} } = parse(Copies, acts.find(act => act.verb === verb)?.result ?? { copied: 0 })
    const ms = (ns: number) => (ns - originNs) / 1e6
    const placed = evidence.orders.filter(({ placedNs }) => ms(placedNs) >= fromMs && ms(placedNs) < toMs).length
    const needed = Math.floor(1.5 * placed)
    const detail = `${copied} messages were delivered twice, and ${needed} were needed for ${placed} orders.`
    const scarce = Object.entries(of).find(([, count]) => count < MOST * placed)
    if (scarce) return vacuous(`${detail} Of ${scarce[0]} there were ${scarce[1]}.`)
    return placed > 0 && copied >= needed ? valid(detail) : vacuous(detail)
  })
