// The page of the published comparison and its pictures, from its committed summary alone.
import type { Summary } from '#engine/run/summary.ts'
import { durabilityLines, narrativeOf } from '../comparison/narrative.ts'
import { brokerSettings } from '../report/html/this-run.ts'
import { evaluatedChecks, measuredAgain } from '../report/terminal/report.ts'
import { ABOUT_THE_OUTBOX, outboxGrid } from '../comparison/outbox.ts'
import { HEALTHY } from '../comparison/scenarios.ts'
import { recommendations } from '../comparison/recommendations.ts'
import { ABOUT_THE_SCORECARD, cellText, scorecard, type ScorecardCell, spreadText } from '../comparison/scorecard.ts'
import {
  byRate,
  configurationsOf,
  scenarioGrid,
  type ScenarioResults,
  scenarioResultsOf,
} from '../comparison/repeated-measures.ts'
import type { Picture } from '../report/charts/picture.ts'
import { provenance } from '../report/markdown.ts'
import { literal, markdown, markdownTable } from '../report/terminal/table.ts'
import { scenarioAnchor, HOW_TO_READ } from '../report/html/parts.ts'
import { scenarioPicture } from '../report/html/scenario.ts'
import { healthyPicture } from '../report/html/healthy.ts'

export const COMPARISON = 'docs/comparison'

type Files = { page: string; pictures: Map<string, Picture> }

/** Pictures by their path without its ending. @throws Error when it is not a comparison */
export function comparisonFiles(summary: Summary, command: string): Files {
  const { comparison, results } = summary
  if (!comparison) throw new Error('this is not the summary of a comparison')
  const pictures = new Map<string, Picture>()
  const sections = scenarioResultsOf(comparison, results).map(scenario => section(scenario, pictures))
  const page = [
    '# The models side by side',
    provenance(summary),
    `Rendered from \`summary.json\` beside this page by \`npm run lab -- publish\`; nothing here is typed by hand. To repeat it: \`${command}\`, which also writes a \`report.html\`. What could be said against it, and what answers it: [how this could be wrong](how-this-could-be-wrong.md).`,
    scorecardSection(summary),
    advice(summary),
    outboxSection(summary),
    evaluatedChecks(results),
    HOW_TO_READ,
    ...sections,
    settingsSection(summary),
  ]
  return { page: `${page.filter(part => part !== '').join('\n\n')}\n`, pictures }
}

/** Empty where the run used no broker of the lab. */
function settingsSection(summary: Summary): string {
  const settings = brokerSettings(summary)
  if (!settings) return ''
  return `<a id="settings"></a>\n\n## Settings of the brokers that are not default\n\n${markdown(
    settings.heads,
    settings.rows.map(row => row.map(literal)),
    false,
  )}`
}

/** Empty where nothing was run with and without an outbox. */
function outboxSection(summary: Summary): string {
  const grid = outboxGrid(summary)
  return grid
    ? `<a id="outbox"></a>\n\n## The outbox and the model apart\n\n${ABOUT_THE_OUTBOX}\n\n${markdownTable(grid)}`
    : ''
}

/** In bold where it meets the need, or nothing measured is better. */
export const standingText = (cell: ScorecardCell): string =>
  cell.standing === 'good' ? `**${cellText(cell)}**` : cellText(cell)

/** Empty where nothing was measured that it could rest on. */
function scorecardSection(summary: Summary): string {
  const card = scorecard(summary)
  if (!card) return ''
  const rows = card.rows.map(({ need, scenario, measured, cells, answer }) => [
    `[${need}](#${scenarioAnchor(scenario)})<br>${measured}`,
    ...cells.map(standingText),
    answer,
  ])
  const table = markdown(['need, and what was measured', ...card.models, 'answer'], rows, false)
  const notes = card.notes.length > 0 ? `\n\n${card.notes.join('; ')}` : ''
  return `<a id="scorecard"></a>\n\n## Scorecard\n\n${spreadText(summary)}\n\n${ABOUT_THE_SCORECARD} In bold: it meets the need, or nothing measured is better beyond doubt.\n\n${table}${notes}`
}

/** "Which one for me?" */
function advice(summary: Summary): string {
  const rows = recommendations(summary).map(({ condition, advice, evidence }) => [
    condition,
    advice,
    evidence.map(({ model, text, scenario }) => `[${model}](#${scenarioAnchor(scenario)}): ${text}`).join('<br>'),
  ])
  return rows.length === 0
    ? ''
    : `## Which one for me?\n\n${markdown(['if', 'choose', 'measured evidence'], rows, false)}`
}

/** Adds its pictures to `pictures`. */
function section(scenario: ScenarioResults, pictures: Map<string, Picture>): string {
  const { about, models, results } = scenario
  const { name, title, asks, caveat = '', without } = about
  const isHealthy = name === HEALTHY
  const rates = byRate(results)
  const main = configurationsOf(results, models).filter(({ isMain }) => isMain)
  const drawn = isHealthy
    ? { [name]: healthyPicture(scenario) }
    : {
        [name]: scenarioPicture(scenario, 'scenario'),
        [`${name}-others`]: scenarioPicture(scenario, 'scenario-variants'),
      }
  const links = Object.entries(drawn).flatMap(([file, picture]) => {
    if (!picture) return []
    pictures.set(`${COMPARISON}/${file}`, picture)
    return [`![${title}](${file}.svg)`]
  })
  return [
    `<a id="${scenarioAnchor(name)}"></a>\n\n## ${title}`,
    asks,
    caveat,
    ...Object.entries(without).map(([model, why]) => `*${model}* was not run: ${why}.`),
    ...links,
    ...(isHealthy ? [] : narrativeOf(main)),
    ...rates.flatMap(([rate, own]) => [
      rates.length > 1 ? `**At ${rate} orders a second**` : '',
      markdownTable(scenarioGrid(configurationsOf(own, models))),
    ]),
    ...(isHealthy ? durabilityLines(results).map(line => `- ${line}`) : []),
    ...measuredAgain(results),
  ]
    .filter(part => part !== '')
    .join('\n\n')
}
