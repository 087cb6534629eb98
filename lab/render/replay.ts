// What analytics had computed before its state was deleted and after it was computed again, side by side: orders of each
// minute, and the outcomes.
import type { TopLevelSpec } from 'vega-lite'
import type { Metrics } from '#common/workflow/compute-metrics.ts'

/** A reading of `metrics.json`, as the run's timeline made it. */
export type Reading = { variant: string; atSeconds: number; metrics: Metrics }

type Bar = { when: string; name: string; value: number }

export function replayPicture(title: string, question: string, readings: readonly Reading[]): TopLevelSpec {
  const color = { field: 'when', type: 'nominal' as const, title: null, sort: null }
  return {
    title: { text: title, subtitle: question },
    vconcat: [...Map.groupBy(readings, ({ variant }) => variant)].map(([variant, own]) => ({
      title: { text: variant, fontSize: 12 },
      width: { step: 56 },
      height: 160,
      data: { values: own.flatMap((reading, index) => barsOf(reading, whenOf(index, own.length))) },
      encoding: {
        x: { field: 'name', type: 'nominal', title: null, sort: null, axis: { labelAngle: 0 } },
        xOffset: { field: 'when', sort: null },
        y: { field: 'value', type: 'quantitative', title: 'orders' },
      },
      layer: [
        { mark: { type: 'bar' }, encoding: { color } },
        { mark: { type: 'text', dy: -6, fontSize: 10 }, encoding: { text: { field: 'value', format: ',' } } },
      ],
    })),
  }
}

function whenOf(index: number, count: number): string {
  if (index === 0) return 'before'
  return index === count - 1 ? 'after' : `between, ${index}`
}

function barsOf({ metrics }: Reading, when: string): Bar[] {
  const minutes = Object.entries(metrics.ordersPerMinute).map(([minute, value]) => ({ name: minute.slice(11), value }))
  const outcomes = Object.entries(metrics.outcomes).map(([name, value]) => ({ name, value }))
  return [...minutes, ...outcomes].map(bar => ({ when, ...bar }))
}
