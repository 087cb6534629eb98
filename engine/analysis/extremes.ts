// The least and the most of many values, and many values in order: Math.min(...values) throws where there are a hundred thousand,
// and to sort a million numbers by a function takes ten times as long as to sort them as numbers.

/** Infinity of none. */
export const leastOf = (values: readonly number[]): number =>
  values.reduce((least, value) => Math.min(least, value), Infinity)

/** -Infinity of none. */
export const mostOf = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, value), -Infinity)

export const ascending = (values: readonly number[]): Float64Array => Float64Array.from(values).sort()

/** Where the value belongs in sorted values, behind its equals. */
export function positionIn(sorted: ArrayLike<number>, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) <= value) low = middle + 1
    else high = middle
  }
  return low
}
