// The least and the most of many values: Math.min(...values) throws where there are a hundred thousand.

/** Infinity of none. */
export const leastOf = (values: readonly number[]): number =>
  values.reduce((least, value) => Math.min(least, value), Infinity)

/** -Infinity of none. */
export const mostOf = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, value), -Infinity)
