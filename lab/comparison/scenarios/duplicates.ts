// Every message is delivered twice; where the clients' requests are messages of the model too, every client requests twice.
import { Type } from '#common/contracts/type.ts'
import { parse } from '#common/contracts/parse.ts'
import { orderTimelines } from '#engine/analysis/order-timeline.ts'
import { type Check, defineCheck, vacuous, valid } from '#engine/checks/check.ts'
import { duplicatesSeen } from '#engine/checks/preconditions.ts'
import type { ComparisonAdapter } from '#engine/experiment/comparison-adapter.ts'
import { type Span, withRepeats } from '#engine/load/plan.ts'
import { around, between, defineScenario, spanOf } from '../scenario.ts'

const RETRY_MS = 250
/** The share of the orders that must have been requested twice: a first request may end without an answer. */
const MOST_REQUESTED_TWICE = 0.9

export const duplicates = defineScenario({
  name: 'duplicates',
  title: "Every message delivered twice (REST: every request, the clients' too)",
  asks: 'Everything arrives twice: is an order reserved or notified twice?',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 2_000, faultMs: 12_000, afterMs: 2_000 },
    quick: { ordersPerSecond: 50, beforeMs: 500, faultMs: 2_000, afterMs: 500 },
  },
  load: around,
  disrupt({ comparison: { duplicator } }, settings) {
    const span = spanOf(settings)
    const disruption = { label: 'everything arrives twice', ...between(span, duplicator.start, duplicator.stop) }
    const seen = [duplicatesDelivered(duplicator, span)]
    if (!duplicator.clientsRepeat) return { ...disruption, seen }
    const requested = (settings.ordersPerSecond * settings.faultMs) / 1_000
    return {
      ...disruption,
      plan: (count, ordersPerSecond, arrive) => withRepeats(arrive(count, ordersPerSecond), 1, RETRY_MS, span),
      seen: [...seen, duplicatesSeen({ atLeast: Math.floor(MOST_REQUESTED_TWICE * requested) })],
    }
  },
})

/** The result of the step that stops the duplicator: how many messages it sent once more, in all and on each route. */
const Duplicated = Type.Object({
  duplicates: Type.Number(),
  byRoute: Type.Optional(Type.Record(Type.String(), Type.Number())),
})
/** An order is at least two messages: one of them is duplicated always, and both of them for most orders. */
const DUPLICATES_PER_ORDER = 1.5
/** Nearly every order takes each route: its first message may have been in flight when the duplicator started. */
const MOST_OF_EACH_ROUTE = 0.9
/** The share of the requested orders that must have been placed and decided between the two steps. */
const LEAST_DECIDED = 0.5

/**
 * A precondition: every message was delivered twice. Evaluated over the orders that were placed and decided between the two
 * steps, so that neither a slow step nor a late message makes it demand too much.
 */
const duplicatesDelivered = ({ start, stop }: ComparisonAdapter['duplicator'], { fromMs, toMs }: Span): Check =>
  defineCheck('duplicates-delivered', 'messages were delivered twice meanwhile', history => {
    const began = history.executedSteps.find(({ action }) => action === start.action)
    const ended = history.executedSteps.find(({ action }) => action === stop.action)
    if (!began || !ended) return vacuous('The duplicator was not started and stopped.')
    const { duplicates, byRoute = {} } = parse(Duplicated, ended.result ?? { duplicates: 0 })
    const timelines = orderTimelines(history)
    const requested = timelines.filter(({ attempt }) => {
      const ms = ((attempt?.plannedNs ?? Number.NaN) - history.originNs) / 1e6
      return ms >= fromMs && ms < toMs
    }).length
    const decided = timelines.filter(({ placedNs = 0, decidedNs = Number.POSITIVE_INFINITY }) => {
      return placedNs >= began.doneNs && decidedNs <= ended.atNs
    }).length
    const needed = Math.floor(DUPLICATES_PER_ORDER * decided)
    const detail = `${duplicates} messages were delivered twice, and ${needed} were needed for ${decided} of ${requested} orders.`
    const scarce = Object.entries(byRoute).find(([, count]) => count < MOST_OF_EACH_ROUTE * decided)
    if (scarce) return vacuous(`${detail} Of ${scarce[0]} there were ${scarce[1]}.`)
    return decided >= LEAST_DECIDED * requested && duplicates >= needed ? valid(detail) : vacuous(detail)
  })
