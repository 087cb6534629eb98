// The metrics as the timeline of the replay read them: before its state was deleted, and after it was computed again.
import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import { parse } from '#common/contracts/parse.ts'
import { historyFile } from '#engine/run/result.ts'
import type { MetricsReading } from '../report/terminal/replay.ts'

const Count = Type.Integer()
const MetricsSchema = Type.Object({
  failureRate: Type.Union([Type.Number(), Type.Null()]),
  orders: Count,
  ordersPerMinute: Type.Record(Type.String(), Count),
  outcomes: Type.Object({ failed: Count, reserved: Count }),
})

export const ReadingsSchema = Type.Array(
  Type.Object({ variant: Type.String(), atSeconds: Type.Number(), metrics: MetricsSchema }),
)

const HistorySchema = Type.Object({
  originNs: Type.Number(),
  executedSteps: Type.Array(Type.Object({ atNs: Type.Number(), result: Type.Optional(Type.Unknown()) })),
})

/** In the order in which they were read. @param folder of the experiment in the run */
export function replayMetricsOf(folder: string, variants: readonly string[]): MetricsReading[] {
  return variants.flatMap(variant => {
    const file = historyFile(folder, variant)
    const { originNs, executedSteps } = parse(HistorySchema, JSON.parse(readFileSync(file, 'utf8')), file)
    return executedSteps.flatMap(({ atNs, result }): MetricsReading[] => {
      try {
        const atSeconds = Math.round((atNs - originNs) / 1e6) / 1_000
        return [{ variant, atSeconds, metrics: parse(MetricsSchema, result) }]
      } catch {
        return []
      }
    })
  })
}
