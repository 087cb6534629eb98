// What stands in the box at the end of a run, from its summary alone: sentences that its results hold, and the commands that follow.
import type { Result, Summary } from '#engine/run/summary.ts'
import { recommendations } from '../comparison/recommendations.ts'
import { lessons } from '../publish/findings.ts'
import type { End, NextStep } from '../report/terminal/end-box.ts'
import { idOf, stoppedText, verdictGroups } from '../report/terminal/report.ts'
import { DURATIONS } from '../session/durations.ts'

/** Sentences, after the verdicts. */
const MOST_LEARNED = 3

/** What follows a run that was stopped is said by the command that it is of. */
export const runEnd = (summary: Summary): Pick<End, 'learned' | 'next'> => ({
  learned: learnedFrom(summary).slice(0, 1 + MOST_LEARNED),
  next: stoppedText(summary) === '' ? [...again(summary), forward(summary)] : [],
})

/** What was not judged valid comes first. A smoke run is there for its verdicts alone. */
function learnedFrom(summary: Summary): string[] {
  const { comparison, profile, results } = summary
  if (results.length === 0) return []
  const notValid = verdictGroups(results).flatMap(({ verdict, text }) => (verdict === 'valid' ? [] : [text]))
  const verdicts = notValid.length > 0 ? `Not valid: ${notValid.join('; ')}.` : 'Every result is valid.'
  if (profile === 'smoke') return [verdicts]
  if (!comparison || profile === 'quick') return [verdicts, ...explanationsOf(results)]
  return [
    verdicts,
    ...lessons(summary),
    ...recommendations(summary).map(({ condition, advice }) => `${condition} ${advice}`),
  ]
}

/** All of a single result; of several the first of each, where each model has its turn. */
function explanationsOf(results: readonly Result[]): string[] {
  const [only, ...others] = results
  if (only && others.length === 0) return only.explanation
  return [...Map.groupBy(results, ({ model }) => model).values()]
    .flatMap(own => own.map((result, turn) => ({ result, turn })))
    .toSorted((one, other) => one.turn - other.turn)
    .flatMap(({ result }) =>
      result.explanation.slice(0, 1).map(text => `${result.cell?.scenario ?? idOf(result)}: ${text}`),
    )
}

/** What was not judged valid is run once more; what could not be run at all lacks something. */
function again({ comparison, profile, results }: Summary): NextStep[] {
  const notValid = results.filter(({ verdict, script }) => verdict !== 'valid' && !script)
  if (notValid.length === 0) return []
  if (notValid.some(({ variants }) => variants.length === 0))
    return [{ command: 'npm run lab -- doctor', what: 'what is missing here, and how to fix it' }]
  const each = (of: (result: Result) => string | undefined, by: string) => [...new Set(notValid.map(of))].join(by)
  const what = comparison
    ? `compare --models ${each(({ model }) => model, ',')} --scenarios ${each(({ cell }) => cell?.scenario, ',')}`
    : `run ${each(idOf, ' ')}`
  const option = profile === 'full' ? '' : ` --profile ${profile}`
  return [{ command: `npm run lab -- ${what}${option}`, what: 'once more what is not valid' }]
}

/** So many are named. */
const FEW = 2

function forward({ comparison, profile, results, requested = results.map(idOf) }: Summary): NextStep {
  if (comparison && profile === 'full')
    return { command: 'npm run lab -- capacity --all', what: `the greatest rate of each model (${DURATIONS.capacity})` }
  if (comparison || profile === 'full' || results.some(({ script }) => script))
    return { command: 'npm run lab -- compare', what: `the three models side by side (${DURATIONS.compare})` }
  if (requested.length > FEW)
    return { command: 'npm start', what: `all experiments, with numbers that count (${DURATIONS.start})` }
  const command = `npm run lab -- run ${requested.join(' ')}`
  return { command, what: `the same with numbers that count (${DURATIONS.run})` }
}
