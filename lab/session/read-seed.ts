// The seed of a run, as it is typed.
import { InvalidArgumentError } from 'commander'

const SEEDS = 2 ** 31

/** @throws InvalidArgumentError in one sentence */
export function readSeed(text: string): number {
  const seed = Number(text)
  if (/^\d+$/.test(text) && seed < SEEDS) return seed
  throw new InvalidArgumentError(`A whole number from 0 to ${SEEDS - 1} is expected.`)
}
