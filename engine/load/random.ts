// Random numbers that follow from a seed, so that a run can be repeated.
//
// Guarantees: the same seed gives the same sequence on every machine. Does not guarantee secrecy.
// The generator is mulberry32 by Tommy Ettinger, in the public domain
// (https://gist.github.com/tommyettinger/46a874533244883189143505d203312c): 32 bits of state, a period of 2^32.

export type Random = {
  /** A number from 0 up to, and never, 1. */
  next(): number
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** One of the values, each as likely; throws RangeError when there is none. */
  pick<T>(values: readonly T[]): T
  /** The same values in another order; the argument is left alone. */
  shuffle<T>(values: readonly T[]): T[]
}

/** @throws RangeError when the seed is not a whole number from 0 to 4294967295 */
export function seededRandom(seed: number): Random {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RangeError(`The seed must be a whole number from 0 to 4294967295, not ${seed}.`)
  }
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  const pick = <T>(values: readonly T[]): T => {
    if (values.length === 0) throw new RangeError('There is nothing to pick from.')
    return values[between(0, values.length - 1)] as T
  }
  return { next, between, pick, shuffle: values => shuffled(values, between) }
}

/** Fisher and Yates: every order of the values is as likely. */
function shuffled<T>(values: readonly T[], between: (low: number, high: number) => number): T[] {
  const result = [...values]
  for (let last = result.length - 1; last > 0; last--) {
    const other = between(0, last)
    const kept = result[last] as T
    result[last] = result[other] as T
    result[other] = kept
  }
  return result
}
