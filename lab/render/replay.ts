// What analytics had computed at each reading of its metrics, side by side: orders of each minute, and the outcomes.
import type { TopLevelSpec } from 'vega-lite'
import type { Metrics } from '#common/workflow/compute-metrics.ts'

/** A reading of `metrics.json`, as the run's timeline made it. */
export type Reading = { variant: string; atSeconds: number; metrics: Metrics }

type Bar = { about: string; reading: string; name: string; value: number }

export function replayPicture(title: string, question: string, readings: readonly Reading[]): TopLevelSpec {
  const variants = [...new Set(readings.map(({ variant }) => variant))]
  return {
    title: { text: title, subtitle: question },
    vconcat: variants.map(variant => ({
      title: { text: variant, fontSize: 12 },
      width: { step: 24 },
      height: 160,
      data: { values: readings.filter(reading => reading.variant === variant).flatMap(barsOf) },
      mark: { type: 'bar' },
      encoding: {
        x: { field: 'name', type: 'nominal', title: null, sort: null, axis: { labelAngle: -30, labelLimit: 200 } },
        xOffset: { field: 'reading', sort: null },
        y: { field: 'value', type: 'quantitative', title: 'orders' },
        color: { field: 'reading', type: 'nominal', title: 'read', sort: null },
      },
    })),
  }
}

function barsOf({ atSeconds, metrics }: Reading, index: number): Bar[] {
  const reading = `${index + 1}. at ${atSeconds.toFixed(1)} s`
  const minutes = Object.entries(metrics.ordersPerMinute).map(([minute, value]) => ({
    name: `${minute.slice(11)} h`,
    value,
  }))
  const outcomes = Object.entries(metrics.outcomes).map(([name, value]) => ({ name, value }))
  return [...minutes, ...outcomes].map(bar => ({ about: 'orders', reading, ...bar }))
}
