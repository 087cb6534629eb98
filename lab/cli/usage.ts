// Wrong usage: one sentence for the user, with the nearest valid name.
import { InvalidArgumentError } from 'commander'

/** Exit code 2. The message is one sentence for the user. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** Reads the value of an option. @param what `orders a second`, where the number alone does not say it. @throws InvalidArgumentError in one sentence */
export const wholeNumber =
  (least: number, most: number, what = '') =>
  (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`Expected a whole number${what && ` of ${what},`} from ${least} to ${most}.`)
  }

/** A sentence that refuses `given` and names the nearest of `known`, or all of them when none is near. */
export function unknownName(what: string, given: string, known: readonly string[]): UsageError {
  const near = nearest(given, known)
  const related = near === undefined ? sharingWords(given, known) : []
  const way = near
    ? `did you mean "${near}"?`
    : related.length > 0
      ? `did you mean one of: ${related.join(', ')}?`
      : `valid names: ${known.join(', ')}.`
  return new UsageError(`There is no ${what} "${given}"; ${way}`)
}

/** The one of `all` with that name. @throws UsageError with the nearest name */
export function findNamed<Each extends { name: string }>(what: string, name: string, all: readonly Each[]): Each {
  const found = all.find(each => each.name === name)
  if (found) return found
  const names = all.map(each => each.name)
  throw unknownName(what, name, names)
}

const MOST_RELATED = 6

/** Those that have the most words in common with it, such as the measures with `p99`; the shortest first. */
function sharingWords(given: string, known: readonly string[]): string[] {
  const words = given.toLowerCase().split(/\W+/)
  const shared = (name: string) => name.split(/\W+/).filter(word => word.length > 2 && words.includes(word)).length
  const most = Math.max(0, ...known.map(shared))
  const related = most === 0 ? [] : known.filter(name => shared(name) === most)
  return related.toSorted((one, other) => one.length - other.length).slice(0, MOST_RELATED)
}

/** The shortest name that holds `given`, such as `kafka`, else the name that is at most two fifths of its length away, counted in letters to change, add or leave out. */
function nearest(given: string, known: readonly string[]): string | undefined {
  const holding = known.filter(name => given.length > 2 && name.includes(given))
  if (holding.length > 0) return holding.reduce((one, other) => (other.length < one.length ? other : one))
  const ranked = known
    .map(name => ({ name, away: distance(given.toLowerCase(), name.toLowerCase(), name) }))
    .sort((one, other) => one.away - other.away)
  const best = ranked[0]
  return best && best.away <= Math.max(2, best.name.length * 0.4) ? best.name : undefined
}

/** For `model/experiment` the part behind the slash counts too: most forget the model. */
function distance(given: string, known: string, name: string): number {
  const behind = known.slice(name.indexOf('/') + 1)
  const whole = editDistance(given, known)
  return given.includes('/') ? whole : Math.min(whole, editDistance(given, behind))
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
