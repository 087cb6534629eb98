/**
 * Five claims about each order, from its facts, and one about each position of stock: what the checks of the same names claim (of its
 * note, the check `content`), written a second time, from the claims and not from the checks.
 */
import { compare, type Fact, type Story } from './read.ts'

type Kind<Name extends Fact['kind']> = Extract<Fact, { kind: Name }>

const of = <Name extends Fact['kind']>(facts: readonly Fact[], kind: Name): Kind<Name>[] =>
  facts.filter((fact): fact is Kind<Name> => fact.kind === kind)

/** A part of what the check `content` claims, under a name that no check has. */
export const NOTE = 'note'

/** Whether the claim is broken by the facts of one order. */
export const BROKEN: Readonly<Record<string, (facts: readonly Fact[]) => boolean>> = {
  lost: facts => facts.some(wasPromised) && !facts.some(isOutcome),
  duplicated: isDuplicated,
  unexpected: facts => !facts.some(isRequest) && facts.some(isEffect),
  'single-outcome': isContradictory,
  [NOTE]: isOfAnotherNote,
}

/** A success was answered, or the timeline sent a message that is to be decided. */
function wasPromised(fact: Fact): boolean {
  if (fact.kind === 'message') return fact.expect === 'decided'
  return fact.kind === 'attempt' && fact.status !== undefined && Math.floor(fact.status / 100) === 2
}

const isOutcome = (fact: Fact): boolean =>
  fact.kind === 'decision' || (fact.kind === 'row' && fact.status !== 'pending')

const isRequest = ({ kind }: Fact): boolean => kind === 'attempt' || kind === 'message'
const isEffect = ({ kind }: Fact): boolean => kind !== 'plan' && kind !== 'attempt' && kind !== 'message'

/** Decided, notified or reserved more than once; or it holds more of what it requested than it requested. */
function isDuplicated(facts: readonly Fact[]): boolean {
  if (of(facts, 'decision').length > 1 || of(facts, 'notification').length > 1) return true
  const moves = of(facts, 'move').toSorted((one, other) => compare(one.sku, other.sku))
  const reserves = moves.filter(({ what }) => what === 'reserve')
  if (reserves.some(({ sku }, at) => sku === reserves[at - 1]?.sku)) return true
  const lines = of(facts, 'plan').at(-1)?.lines ?? []
  return lines.some(({ sku }) => {
    const wanted = lines.reduce((units, line) => units + (line.sku === sku ? line.quantity : 0), 0)
    return moves.reduce((units, move) => units - (move.sku === sku ? move.delta : 0), 0) > wanted
  })
}

/** One row says reserved, another failed; or what only inventory can bring about is there, and inventory has no decision. */
function isContradictory(facts: readonly Fact[]): boolean {
  const rows = of(facts, 'row').map(({ status }) => status)
  const decisions = of(facts, 'decision').map(({ status, released }) => (released ? 'failed' : status))
  const notifications = of(facts, 'notification').map(() => 'reserved')
  const said = [...rows, ...decisions, ...notifications]
  if (said.length < 2) return false
  return said.includes('reserved') && (said.includes('failed') || decisions.length === 0)
}

/** A store has other content than was planned, or a note where none was; a release that came first knew no content. */
function isOfAnotherNote(facts: readonly Fact[]): boolean {
  const plan = of(facts, 'plan').at(-1)
  const known = of(facts, 'decision').filter(({ status, reason }) => status === 'reserved' || reason !== 'released')
  return plan !== undefined && [...of(facts, 'row'), ...known].some(({ print }) => print !== plan.print)
}

/** Positions, as `kitchen/sku`, of which more was reserved than there was, for ever or for a while, or that hold less than none. */
export function oversold({ moves, kept, named }: Story): string[] {
  const position = ({ kitchen, sku }: { kitchen: string; sku: string }) => `${kitchen}/${sku}`
  const isNamed = new Set(named.map(position))
  const openings = moves.filter(move => move.what === 'opening' && !isNamed.has(position(move)))
  const entries = [
    ...named.map(each => ({ at: position(each), seq: -Infinity, delta: each.units })),
    ...openings.map(each => ({ at: position(each), seq: -Infinity, delta: each.delta })),
    ...moves.filter(({ what }) => what !== 'opening').map(each => ({ at: position(each), ...each })),
  ].toSorted((one, other) => compare(one.at, other.at) || compare(one.seq, other.seq))
  const below = new Set(kept.filter(({ quantity }) => quantity < 0).map(position))
  let units = 0
  for (const [nth, { at, seq, delta }] of entries.entries()) {
    units = at === entries[nth - 1]?.at ? units + delta : delta
    const next = entries[nth + 1]
    const isOpen = seq > -Infinity || next?.at !== at || next.seq > -Infinity
    if (isOpen && units < 0) below.add(at)
  }
  return [...below]
}
