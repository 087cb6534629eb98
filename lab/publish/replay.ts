// The metrics of the replay experiment: as its timeline read them before the state was deleted and after it was recomputed,
// and the picture that shows both side by side.
import { Type } from '#common/contracts/type.ts'
import { parse } from '#common/contracts/parse.ts'
import { historyFile } from '#engine/run/result.ts'
import type { Metrics } from '#common/workflow/compute-metrics.ts'
import { readHistory } from '../session/histories.ts'
import { barFigure, type Counted } from '../report/charts/bar-figure.ts'
import type { Picture } from '../report/charts/picture.ts'
import { accentOf } from '../report/charts/theme.ts'

const Count = Type.Integer()
const MetricsSchema = Type.Object({
  failureRate: Type.Union([Type.Number(), Type.Null()]),
  orders: Count,
  ordersPerMinute: Type.Record(Type.String(), Count),
  outcomes: Type.Object({ failed: Count, reserved: Count }),
})

export const SnapshotsSchema = Type.Array(
  Type.Object({ variant: Type.String(), atSeconds: Type.Number(), metrics: MetricsSchema }),
)

/** In the order in which they were read. @param folder of the experiment in the run */
export async function replayMetricsOf(folder: string, variants: readonly string[]): Promise<MetricsSnapshot[]> {
  const snapshots: MetricsSnapshot[] = []
  for (const variant of variants) {
    const { originNs, executedSteps } = await readHistory(historyFile(folder, variant))
    for (const { atNs, result } of executedSteps) {
      const atSeconds = Math.round((atNs - originNs) / 1e6) / 1_000
      try {
        snapshots.push({ variant, atSeconds, metrics: parse(MetricsSchema, result) })
      } catch {
        // It is the result of another step.
      }
    }
  }
  return snapshots
}

/** The metrics as the run's timeline read them at one moment. */
export type MetricsSnapshot = { variant: string; atSeconds: number; metrics: Metrics }

export function replayPicture(
  { model, title, question }: { model: string; title: string; question: string },
  snapshots: readonly MetricsSnapshot[],
): Picture {
  const groups = [...Map.groupBy(snapshots, ({ variant }) => variant)].map(([name, own]) => ({
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

/** Minutes and outcomes that any snapshot has. */
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
