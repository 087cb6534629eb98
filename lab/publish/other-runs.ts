/**
 * Other runs of the comparison beside the published one, such as of another machine: which answers of the scorecard they bear out.
 *
 * Guarantees: both answers are computed by the scorecard, each from its own run; only needs for which both compared the same models are
 * counted. Of another run the measures and checks are kept that the scorecard and the objections look at, and no histories: it cannot
 * be judged again here.
 */
import { GENERATOR_CPU, MACHINE_IDLE } from '#engine/analysis/measures.ts'
import { REFUSALS_OUTLAST, REQUESTS_PER_CLIENT } from '#engine/analysis/retries.ts'
import type { Summary } from '#engine/run/summary.ts'
import { needs } from '../comparison/needs.ts'
import {
  type Scorecard,
  scorecard,
  type ScorecardCell,
  type ScorecardRow,
  spreadText,
} from '../comparison/scorecard.ts'
import { scenarioAnchor } from '../report/html/parts.ts'
import { provenance } from '../report/markdown.ts'
import { markdown } from '../report/terminal/table.ts'
import { standingText } from './comparison.ts'

/** Those that the objections look at besides. */
const OF_OBJECTIONS = [
  'learned p50',
  'known p50',
  'time to full recovery',
  'start lateness p99',
  GENERATOR_CPU,
  MACHINE_IDLE,
  REFUSALS_OUTLAST,
  REQUESTS_PER_CLIENT,
]
const MEASURES = new Set([...needs.map(({ measure }) => measure), ...OF_OBJECTIONS])

/** The summary without what neither of them looks at. */
export const reduced = (summary: Summary): Summary => ({
  ...summary,
  results: summary.results.map(({ orders: _orders, quantiles: _quantiles, ...result }) => ({
    ...result,
    checks: result.checks.map(check => ({ ...check, detail: '' })),
    measures: result.measures.filter(({ name }) => MEASURES.has(name)),
    series: [],
    marks: [],
    explanation: [],
  })),
})

type Pair = { row: ScorecardRow; other: ScorecardRow; isSame: boolean }

type Standings = { [model: string]: ScorecardCell['standing'] }

const standingsOf = ({ models }: Pick<Scorecard, 'models'>, { cells }: ScorecardRow): Standings =>
  Object.fromEntries(models.map((model, nth) => [model, cells[nth]?.standing ?? 'none']))

/** Needs for which both runs compared the same models: what is good is so beside the others. */
export function pairsOf(published: Summary, other: Summary): Pair[] {
  const [card, beside] = [scorecard(published), scorecard(other)]
  if (!card || !beside) return []
  return card.rows.flatMap(row => {
    const found = beside.rows.find(({ need }) => need === row.need)
    if (!found) return []
    const [here, there] = [standingsOf(card, row), standingsOf(beside, found)]
    const isCompared = (standings: Standings, model: string) => (standings[model] ?? 'none') !== 'none'
    const models = [...new Set([...card.models, ...beside.models])]
    if (models.some(model => isCompared(here, model) !== isCompared(there, model))) return []
    return [{ row, other: found, isSame: models.every(model => here[model] === there[model]) }]
  })
}

/** `19 of 20 needs`. */
export const sameText = (pairs: readonly Pair[]): string =>
  `${pairs.filter(({ isSame }) => isSame).length} of ${pairs.length} needs`

/** The text of the page: the scorecard of each of the other runs, and where its answers are those of the published one. */
export const otherRunsPage = (published: Summary, others: readonly Summary[]): string =>
  `${[
    '# Other runs',
    'Runs of the comparison under other conditions than [the published one](README.md), to see which of its answers depend on them. Rendered from `other-runs/` beside this page. In bold: it meets the need, or nothing measured is better beyond doubt.',
    `The published one: ${provenance(published)}`,
    ...others.flatMap(other => sectionOf(published, other)),
  ].join('\n\n')}\n`

/** Of a run on the page. */
const anchorOf = ({ run }: Summary): string => `run-${run}`

/** `[20261130-140938-0838](other-runs.md#run-20261130-140938-0838)` */
export const linkTo = (other: Summary): string => `[${other.run}](other-runs.md#${anchorOf(other)})`

function sectionOf(published: Summary, other: Summary): string[] {
  const pairs = pairsOf(published, other)
  const known = new Set(scorecard(published)?.rows.map(({ need }) => need))
  const { models = [], rows: all = [], notes = [] } = scorecard(other) ?? {}
  const rows = all.map(({ need, scenario, measured, cells, answer }) => {
    const pair = pairs.find(({ row }) => row.need === need)
    return [
      `${known.has(need) ? `[${need}](README.md#${scenarioAnchor(scenario)})` : need}<br>${measured}`,
      ...cells.map(standingText),
      `${answer}<br>${besideText(pair, known.has(need))}`,
    ]
  })
  return [
    `<a id="${anchorOf(other)}"></a>\n\n## ${other.run}`,
    provenance(other),
    `It gives the same answer to ${sameText(pairs)} for which both compared the same models. The figures are its own. ${spreadText(other)}`,
    markdown(['need, and what was measured', ...models, 'answer'], rows, false),
    notes.join('; '),
  ].filter(part => part !== '')
}

function besideText(pair: Pair | undefined, isKnown: boolean): string {
  if (pair?.isSame) return 'the same answer in the published run'
  if (pair) return `in the published run: ${pair.row.answer}`
  return isKnown ? 'the published run compared other models' : 'not measured in the published run'
}
