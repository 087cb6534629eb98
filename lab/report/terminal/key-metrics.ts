// The key metrics of the overview, at most three for each experiment. One that is not listed here shows its first columns.
import { isVoidNote } from '#engine/analysis/measures.ts'
import { REREAD } from '#engine/analysis/recovery.ts'
import type { Result } from '#engine/run/summary.ts'
import { NOTHING, SET_BY_FAULT, withUnit } from './table.ts'

/** `label` stands for the measure's name where that alone would be misread beside the others. */
type Choice = { measure: string; variant?: string; label?: string }

const CHOICES: Readonly<Record<string, readonly Choice[]>> = {
  'sync-rest/baseline-latency': [{ measure: 'accepted p50' }, { measure: 'accepted p99' }],
  'sync-rest/slow-inventory': [
    { variant: 'deadline above', measure: 'accepted p50' },
    { variant: 'deadline below', measure: 'answers 504 deadline-passed' },
    { variant: 'deadline below, breaker', measure: 'answers 503 inventory-unavailable' },
  ],
  'sync-rest/failing-inventory': [
    { variant: 'hangs', measure: 'during: answer max' },
    { variant: 'refuses', measure: 'during: answer p50' },
    { variant: 'refuses', measure: 'first right answer after' },
  ],
  'async-rabbitmq/backlog-drain': [
    { measure: 'peak open orders' },
    { measure: 'drain rate' },
    { measure: 'outage: availability' },
  ],
  'async-rabbitmq/double-delivery': [
    { variant: 'published again', measure: 'duplicates', label: 'repeated deliveries' },
    { variant: 'published again', measure: 'duplicated' },
    { variant: 'published again', measure: 'decided' },
  ],
  'async-rabbitmq/poison-message': [
    { variant: 'poison', measure: 'dead letters' },
    { variant: 'poison', measure: 'completed p99' },
    { variant: 'baseline', measure: 'completed p99' },
  ],
  'streaming-kafka/consumer-lag': [
    { variant: 'throttled', measure: 'peak lag' },
    { variant: 'throttled', measure: 'lag zero after' },
    { variant: 'control', measure: 'peak lag' },
  ],
  'streaming-kafka/replay': [
    { variant: 'replayed', measure: 'before: orders' },
    { variant: 'replayed', measure: 'after: orders' },
    { variant: 'replayed', measure: REREAD.total },
  ],
}

const SHOWN = 3

/** Each as `name value unit`. */
export const keyMetrics = (result: Result): string[] => keyFigures(result).map(({ name, value }) => `${name} ${value}`)

/** With its variant where the experiment has several, and marked where the fault sets it. */
export function keyFigures(result: Result): { name: string; value: string }[] {
  const { model, experiment, columns, measures, variants } = result
  const found = CHOICES[`${model}/${experiment}`] ?? columns.map((measure): Choice => ({ measure }))
  return found
    .flatMap(({ measure, variant, label = measure }) => {
      const value = measures.find(each => each.name === measure && (variant ?? each.variant) === each.variant)
      if (!value || (value.value === null && !isVoidNote(value.note))) return []
      const of = variants.length > 1 ? `${value.variant}: ` : ''
      const name = `${of}${label}`
      if (value.value === null) return [{ name, value: `${NOTHING} (${value.note})` }]
      const isSet = variants.find(({ name }) => name === value.variant)?.setByFault?.[measure] !== undefined
      return [{ name, value: `${withUnit(value)}${isSet ? ` ${SET_BY_FAULT}` : ''}` }]
    })
    .slice(0, SHOWN)
}
