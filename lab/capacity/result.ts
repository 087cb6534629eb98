// What a search says in the end: its rates, how far they can be trusted, and what limits the model.
import { isDisturbing } from '../session/disturbance.ts'
import type { ModelCapacity, Probe } from './capacity-file.ts'
import type { Found } from './search.ts'

type Result = Pick<ModelCapacity, 'ended' | 'verdict' | 'sustained' | 'notSustained' | 'isConfirmed' | 'limiter'>

export function resultOf(found: Found<Probe>, cores: number): Result {
  const { ended, sustained, notSustained, isConfirmed } = found
  return {
    ended,
    verdict: verdictOf(found, cores),
    sustained,
    notSustained,
    isConfirmed,
    limiter: refuted(found)?.limiter ?? null,
  }
}

function verdictOf(found: Found<Probe>, cores: number): Result['verdict'] {
  if (found.ended === 'defect') return 'invalid'
  return found.ended === 'found' && disturbedBy(found, cores) === undefined ? 'valid' : 'unknown'
}

type Decided = Pick<Found<Probe>, 'probes' | 'notSustained'>

/** The last probe at the least rate that was not sustained. */
const refuted = ({ probes, notSustained }: Decided): Probe | undefined =>
  probes.findLast(({ verdict, ordersPerSecond }) => verdict === 'not sustained' && ordersPerSecond === notSustained)

/**
 * How many cores other programs took while the rate was found that was not sustained; undefined where that was little, or is not known. A
 * rate that is sustained all the same is sustained.
 */
export function disturbedBy(decided: Decided, cores: number): number | undefined {
  const { othersCores = null } = refuted(decided) ?? {}
  return isDisturbing(othersCores, cores) ? othersCores : undefined
}
