/**
 * The search for the greatest rate that is sustained: doubling until a rate is not, bisection until the bracket is narrow, and a
 * long probe at the rate that was found.
 *
 * Guarantees: a short probe that noise may have spoiled is repeated once before it counts; every probe is in the result; none is
 * begun that would end too late, by what those before it took. It knows no model and no clock: both are given to it.
 * Does not guarantee that the system is the same for as long: what others do on the machine meanwhile moves the rate.
 */

/** What the search needs to know of a probe. `isMarginal`: another one at the same rate may find otherwise. */
export type Outcome = {
  ordersPerSecond: number
  verdict: 'sustained' | 'not sustained' | 'defect'
  isMarginal: boolean
}

/** Long ones confirm what was found. */
export type Length = 'short' | 'long'

export type Search<Probe extends Outcome> = {
  probe(ordersPerSecond: number, length: Length): Promise<Probe>
  startAt: number
  /** Of the whole search. */
  mostSeconds: number
  /** What a probe takes, before one was made. */
  expectedSeconds: Record<Length, number>
  /** In seconds, from any origin. */
  now(): number
  signal: AbortSignal
}

/**
 * `found`: a long probe confirmed the rate, and one within `NARROW` above it was not sustained. `defect`: orders were lost,
 * duplicated and so on, which is no limit. `too-slow`: not even `LEAST` orders a second. Otherwise the rates are those of the
 * probes until then.
 */
export type Ended = 'found' | 'time' | 'defect' | 'too-slow' | 'interrupted'

export type Found<Probe extends Outcome> = {
  probes: Probe[]
  ended: Ended
  /** The greatest rate that was sustained, below all that were not: of long probes where one has sustained any. */
  sustained: number | null
  /** The least rate that was not. */
  notSustained: number | null
  /** A long probe sustained it. */
  isConfirmed: boolean
}

/** The ends of a narrow bracket differ by no more. */
const NARROW = 1.1
/** And where there is time, by no more than this: so near to saturation a backlog may seem to grow that does not. */
const NARROWEST = 1.06
/** So much less is tried where a long probe does not sustain what a short one did. */
const LOWER = 1.07
const LEAST = 5

export async function searchCapacity<Probe extends Outcome>(search: Search<Probe>): Promise<Found<Probe>> {
  const probing = openProbing(search)
  try {
    return probing.result(await ended(search, probing))
  } catch (error) {
    if (search.signal.aborted) return probing.result('interrupted')
    if (error instanceof Ending) return probing.result(error.ended)
    throw error
  }
}

/** @throws Ending */
async function ended({ startAt }: Pick<Search<Outcome>, 'startAt'>, probing: Probing): Promise<Ended> {
  let next = startAt
  let { sustained, notSustained } = probing.bracket()
  while (sustained === null || notSustained === null) {
    if (next < LEAST) return 'too-slow'
    await probing.probe(next, 'short')
    ;({ sustained, notSustained } = probing.bracket())
    next = notSustained === null ? next * 2 : next / 2
  }
  while (notSustained / sustained > NARROWEST && probing.hasTimeFor('short', 'long')) {
    await probing.probe(rounded(Math.sqrt(sustained * notSustained)), 'short')
    const bracket = probing.bracket()
    sustained = bracket.sustained ?? sustained
    notSustained = bracket.notSustained ?? notSustained
  }
  for (let rate = sustained; rate >= LEAST; rate = rounded(rate / LOWER))
    if (await probing.probe(rate, 'long'))
      return (probing.bracket().notSustained ?? Infinity) / rate <= NARROW ? 'found' : 'time'
  return 'too-slow'
}

/** Why no further probe is made. */
class Ending extends Error {
  readonly ended: Ended
  constructor(ended: Ended) {
    super(ended)
    this.ended = ended
  }
}

type Bracket = Pick<Found<Outcome>, 'sustained' | 'notSustained' | 'isConfirmed'>
type Probing = {
  hasTimeFor(...lengths: Length[]): boolean
  /** Whether the rate was sustained. @throws Ending where there is no time, or a defect */
  probe(ordersPerSecond: number, length: Length): Promise<boolean>
  bracket(): Bracket
}

function openProbing<Probe extends Outcome>(search: Search<Probe>) {
  const { mostSeconds, now } = search
  const began = now()
  const probes: Probe[] = []
  const expected = { ...search.expectedSeconds }
  /** Rates that counted as not sustained, and those that a long probe sustained. */
  const [refuted, confirmed] = [new Set<number>(), new Set<number>()]

  const hasTimeFor = (...lengths: Length[]): boolean =>
    now() - began + lengths.reduce((sum, length) => sum + expected[length], 0) <= mostSeconds

  async function probeOnce(ordersPerSecond: number, length: Length): Promise<Probe> {
    if (!hasTimeFor(length)) throw new Ending('time')
    const beganProbe = now()
    const found = await search.probe(ordersPerSecond, length)
    expected[length] = now() - beganProbe
    probes.push(found)
    if (found.verdict === 'defect') throw new Ending('defect')
    return found
  }

  function bracket(): Bracket {
    const notSustained = refuted.size > 0 ? Math.min(...refuted) : null
    const found = probes.flatMap(({ verdict, ordersPerSecond }) => (verdict === 'sustained' ? [ordersPerSecond] : []))
    const below = found.filter(rate => rate < (notSustained ?? Infinity))
    const certain = below.filter(rate => confirmed.has(rate))
    const isConfirmed = certain.length > 0
    const sustained = below.length > 0 ? Math.max(...(isConfirmed ? certain : below)) : null
    return { sustained, notSustained, isConfirmed }
  }

  return {
    hasTimeFor,
    bracket,
    async probe(ordersPerSecond: number, length: Length): Promise<boolean> {
      let found = await probeOnce(ordersPerSecond, length)
      // A long one is hardly moved by noise, and a step lower costs less than another of it.
      if (found.verdict !== 'sustained' && found.isMarginal && length === 'short')
        found = await probeOnce(ordersPerSecond, length)
      const isSustained = found.verdict === 'sustained'
      if (!isSustained) refuted.add(ordersPerSecond)
      else if (length === 'long') confirmed.add(ordersPerSecond)
      return isSustained
    },
    result: (ended: Ended): Found<Probe> => ({ probes, ended, ...bracket() }),
  }
}

/** To three digits. */
const rounded = (rate: number): number => Number(rate.toPrecision(3))
