// Where an accepted order was at the moment of the answer, a line a model and composition.
import type { Result } from '#engine/run/summary.ts'

/** Of results of one scenario, repetitions together. */
export function durabilityLines(results: readonly Result[]): string[] {
  const lines = results.flatMap(({ model, durability, variants }) =>
    variants.map(variant => `${model}, ${variant.name}: an accepted order was ${variant.durability ?? durability}.`),
  )
  return [...new Set(lines)]
}
