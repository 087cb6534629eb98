// What analytics had computed before its state was deleted and after it was computed again, side by side: orders of each
// minute, and the outcomes.
import type { Metrics } from '#common/workflow/compute-metrics.ts'
import { barFigure, type Counted } from '../charts/bar-figure.ts'
import type { Picture } from '../charts/picture.ts'
import { accentOf } from '../charts/theme.ts'

/** A reading of `metrics.json`, as the run's timeline made it. */
export type MetricsReading = { variant: string; atSeconds: number; metrics: Metrics }

export function replayPicture(
  { model, title, question }: { model: string; title: string; question: string },
  readings: readonly MetricsReading[],
): Picture {
  const groups = [...Map.groupBy(readings, ({ variant }) => variant)].map(([name, own]) => ({
    name,
    accent: accentOf(model),
    whens: own.map((_, index) => whenOf(index, own.length)),
    counted: countedIn(own.map(({ metrics }) => metrics)),
  }))
  return barFigure({ id: 'replay', title, description: question }, groups)
}

function whenOf(index: number, count: number): string {
  if (index === 0) return 'before'
  return index === count - 1 ? 'after' : 'between'
}

/** Minutes and outcomes that any reading has. */
function countedIn(all: readonly Metrics[]): Counted[] {
  const minutes = [...new Set(all.flatMap(({ ordersPerMinute }) => Object.keys(ordersPerMinute)))].sort()
  return [
    ...minutes.map(minute => ({
      name: `placed in ${minute.slice(11)}`,
      values: all.map(({ ordersPerMinute }) => ordersPerMinute[minute] ?? 0),
    })),
    ...(['failed', 'reserved'] as const).map(name => ({ name, values: all.map(({ outcomes }) => outcomes[name]) })),
  ]
}
