// Where each result stands in the report: an id that exists once, whatever results are called.
import type { Result, Summary } from '#engine/run/summary.ts'

export type Anchors = ReadonlyMap<Result, string>

export function anchorsOf({ results }: Summary): Anchors {
  const taken = new Map<string, number>()
  return new Map(
    results.map(result => {
      const slug = slugOf(`${result.model}-${result.experiment}`)
      const nth = (taken.get(slug) ?? 0) + 1
      taken.set(slug, nth)
      return [result, nth === 1 ? `result-${slug}` : `result-${slug}--${nth}`]
    }),
  )
}

/** Of a scenario of the comparison. */
export const scenarioAnchor = (name: string): string => `scenario-${slugOf(name)}`

const slugOf = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
