// A cell of the comparison in a line, when it is done.
import { styleText } from 'node:util'
import type { Result } from '#engine/run/summary.ts'
import { withUnit } from '../report/terminal/numbers.ts'
import { coloured, SIGNS } from '../report/terminal/report.ts'
import { HEALTHY } from './scenarios.ts'

/** While a scenario lasts a quick refusal is no quick answer. */
const telling = (scenario: string | undefined): string[] => {
  const latencies =
    scenario === HEALTHY
      ? ['accepted p50', 'completed p50']
      : ['during: right answer p50', 'median completion of all requested']
  return ['availability', 'completed ÷ requested', ...latencies, 'time to full recovery']
}

export function cellLine({
  model,
  experiment,
  cell,
  verdict,
  measures,
  checks,
  variants,
  seconds,
  failure,
}: Result): string {
  const [first] = variants
  const numbers = telling(cell?.scenario).flatMap(name => {
    const measure = measures.find(each => each.variant === first?.name && each.name === name)
    return measure && measure.value !== null ? [`${name} ${withUnit(measure)}`] : []
  })
  const amiss = checks.filter(check => check.verdict !== 'valid')
  return [
    `${coloured(verdict, `${SIGNS[verdict]} ${verdict}`)} ${styleText('bold', `${model}/${experiment}`)}: ${numbers.join(', ')} (${seconds.toFixed(0)} s)`,
    ...(failure ? [coloured('unknown', `  It could not be finished: ${failure}`)] : []),
    ...amiss.map(({ name, variant, verdict: of, detail }) =>
      coloured(of, `  ${SIGNS[of]} ${of} ${name} (${variant}): ${detail}`),
    ),
  ].join('\n')
}
