// The two or three numbers of the overview. An experiment that is not named here shows the first of its columns.
import type { Result } from '#common/experiment/summary.ts'
import { withUnit } from './numbers.ts'

type Choice = { measure: string; variant?: string }

const CHOICES: Readonly<Record<string, readonly Choice[]>> = {
  'sync-rest/baseline-latency': [{ measure: 'accepted p50' }, { measure: 'accepted p99' }],
}

const SHOWN = 3

/** Each as `name value unit`, with its variant where the experiment has several. */
export function tellingNumbers(result: Result): string[] {
  const { model, experiment, columns, measures, variants } = result
  const found = CHOICES[`${model}/${experiment}`] ?? columns.map((measure): Choice => ({ measure }))
  return found
    .flatMap(({ measure, variant }) => {
      const value = measures.find(each => each.name === measure && (variant ?? each.variant) === each.variant)
      if (!value || value.value === null) return []
      const of = variants.length > 1 ? `${value.variant}: ` : ''
      return [`${of}${measure} ${withUnit(value)}`]
    })
    .slice(0, SHOWN)
}
