// Under what conditions the numbers of a result were measured, as a line beside them.
import type { Result, Summary } from '#engine/run/summary.ts'

/** Profile, settings, W, and where an accepted order was. */
export const conditions = (result: Result): string =>
  `${settingsLine(result)} An accepted order was ${result.durability}.`

/** Profile, settings and W. */
export function settingsLine({ profile, settings, concurrency, variants }: Result): string {
  const listed = Object.entries(settings).map(([name, value]) => `${name} ${value.toLocaleString('en-US')}`)
  const others = variants.flatMap(({ name, environment }) => {
    // Until version 0.1 the setting was called W, and published results still say so.
    const other = Object.values(environment).flatMap(({ CONCURRENCY, W }) => CONCURRENCY ?? W ?? [])[0]
    return other === undefined ? [] : [` (${name}: ${other})`]
  })
  return `Profile ${profile}: ${listed.join(', ')}. W, orders at once: ${concurrency}${others.join('')}.`
}

/** Follows the seed of a run; plain processes go without saying. */
export const inContainers = ({ runtime }: Summary): string => (runtime === 'compose' ? ', in containers' : '')
