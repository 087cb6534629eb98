/**
 * What was done to the stock of each kitchen, as operations with a beginning and an end, by the plan and the decisions; movements
 * are asked only where there is no plan.
 *
 * Guarantees: an operation happened between its two stamps, as far as the stamps are true. Where clocks do not agree, the client's
 * alone are used; stamps that contradict each other bound nothing.
 */
import type { Operation, Units } from './linearizable.ts'
import { type Fact, type Move, orderByOrder, type Story } from './read.ts'

export type Kitchen = { name: string; opening: Units; operations: Operation[] }

export function kitchensOf(story: Story): Kitchen[] {
  const all = new Map<string, Kitchen>()
  const openings = openingsOf(story)
  for (const facts of orderByOrder(story.facts)) {
    const { kitchen: name, wants } = whatFor(facts)
    if (name === undefined) continue
    let kitchen = all.get(name)
    if (!kitchen) all.set(name, (kitchen = { name, opening: openings.get(name) ?? new Map(), operations: [] }))
    kitchen.operations.push(...operationsOf(facts, wants, story))
  }
  return [...all.values()]
}

/** By kitchen, what the run named; of a kitchen that it did not name, what came in. */
function openingsOf({ named, moves }: Story): Map<string, Units> {
  const openings = Map.groupBy(
    moves.filter(({ what }) => what === 'opening'),
    ({ kitchen }) => kitchen,
  )
  const declared = Map.groupBy(named, ({ kitchen }) => kitchen)
  return new Map([
    ...[...openings].map(([name, own]) => [name, sums(own.map(({ sku, delta }) => [sku, delta]))] as const),
    ...[...declared].map(([name, own]) => [name, new Map(own.map(({ sku, units }) => [sku, units]))] as const),
  ])
}

function sums(units: readonly (readonly [string, number])[]): Units {
  const total = new Map<string, number>()
  for (const [sku, more] of units) total.set(sku, (total.get(sku) ?? 0) + more)
  return total
}

function whatFor(facts: readonly Fact[]): { kitchen: string | undefined; wants: Units } {
  const plan = facts.find(({ kind }) => kind === 'plan')
  if (plan?.kind === 'plan')
    return { kitchen: plan.kitchen, wants: sums(plan.lines.map(({ sku, quantity }) => [sku, quantity])) }
  const reserves = movesOf(facts, 'reserve')
  return { kitchen: reserves[0]?.kitchen, wants: sums(reserves.map(({ sku, delta }) => [sku, -delta])) }
}

const movesOf = (facts: readonly Fact[], what: string): Move[] =>
  facts.flatMap(fact => (fact.kind === 'move' && fact.what === what ? [fact] : []))

/** A reservation and perhaps its release, a refusal, or nothing: other failures say nothing of the stock. */
function operationsOf(facts: readonly Fact[], takes: Units, { clocksAgree, timelineNs }: Story): Operation[] {
  const decision = facts.find(({ kind }) => kind === 'decision')
  if (decision?.kind !== 'decision') return []
  const succeeds = decision.status === 'reserved'
  if (!succeeds && decision.reason !== 'out-of-stock') return []
  const calledNs = calledAt(facts, timelineNs)
  const reserve = {
    ...between(calledNs, clocksAgree ? decision.decidedNs : answeredAt(facts)),
    takes,
    succeeds,
  }
  if (!succeeds || !decision.released) return [reserve]
  const released = movesOf(facts, 'release').map(({ atNs }) => atNs)
  const releasedNs = clocksAgree && released.length > 0 ? Math.max(...released) : Infinity
  const gives = new Map([...takes].map(([sku, units]) => [sku, -units]))
  return [reserve, { ...between(calledNs, releasedNs), takes: gives, succeeds, after: reserve }]
}

const between = (calledNs: number, returnedNs: number) =>
  calledNs <= returnedNs ? { calledNs, returnedNs } : { calledNs: -Infinity, returnedNs: Infinity }

/** When it can first have been known of; a message has no stamp of its own. */
function calledAt(facts: readonly Fact[], timelineNs: number): number {
  const known = facts.flatMap(fact => {
    if (fact.kind === 'attempt') return [fact.startedNs]
    return fact.kind === 'message' ? [timelineNs] : []
  })
  const first = Math.min(...known)
  return first === Infinity ? -Infinity : first
}

/** When a client was told the outcome. */
const answeredAt = (facts: readonly Fact[]): number =>
  Math.min(
    ...facts.flatMap(fact =>
      fact.kind === 'attempt' && (fact.status === 201 || fact.status === 409) ? [fact.answeredNs ?? Infinity] : [],
    ),
  )
