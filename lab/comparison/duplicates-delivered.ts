// Seen: everything was delivered twice. Judged by the orders that were placed and decided between the two steps, which no
// slow step and no late message can make too many.
import { parse } from '#common/contracts/parse.ts'
import { type Check, defineCheck, vacuous, valid } from '#engine/checks/check.ts'
import type { ComparisonAdapter } from '#engine/experiment/comparison-adapter.ts'
import { orderTimelines } from '#engine/analysis/order-timeline.ts'
import type { Span } from '#engine/load/plan.ts'
import { Type } from 'typebox'

/** What the step that ends the copying says: how many copies it sent, and how many in each way that it tells apart. */
const Copies = Type.Object({ copied: Type.Number(), of: Type.Optional(Type.Record(Type.String(), Type.Number())) })
/** An order is two messages at least: of each one is copied, and of most both. */
const COPIES_AN_ORDER = 1.5
/** In each way nearly every order went: the first message of one may have been under way when the copying began. */
const MOST = 0.9
/** The share of those that were asked that came while the copying lasted. */
const LEAST = 0.5

export const duplicatesDelivered = ({ begin, end }: ComparisonAdapter['copies'], { fromMs, toMs }: Span): Check =>
  defineCheck('duplicates-delivered', 'what came meanwhile was delivered twice', history => {
    const began = history.executedSteps.find(({ action }) => action === begin.action)
    const ended = history.executedSteps.find(({ action }) => action === end.action)
    if (!began || !ended) return vacuous('The copying was not begun and ended.')
    const { copied, of = {} } = parse(Copies, ended.result ?? { copied: 0 })
    const lives = orderTimelines(history)
    const asked = lives.filter(({ attempt }) => {
      const ms = ((attempt?.plannedNs ?? Number.NaN) - history.originNs) / 1e6
      return ms >= fromMs && ms < toMs
    }).length
    const came = lives.filter(({ placedNs = 0, decidedNs = Number.POSITIVE_INFINITY }) => {
      return placedNs >= began.doneNs && decidedNs <= ended.atNs
    }).length
    const needed = Math.floor(COPIES_AN_ORDER * came)
    const detail = `${copied} messages were delivered twice, and ${needed} were needed for ${came} orders of ${asked}.`
    const scarce = Object.entries(of).find(([, count]) => count < MOST * came)
    if (scarce) return vacuous(`${detail} Of ${scarce[0]} there were ${scarce[1]}.`)
    return came >= LEAST * asked && copied >= needed ? valid(detail) : vacuous(detail)
  })
