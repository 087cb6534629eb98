// The page of the published comparison and its pictures, from its committed summary alone.
import type { Result, Summary } from '#engine/run/summary.ts'
import { durabilityLines, narrativeOf } from '../comparison/narrative.ts'
import { scenarioGrid } from '../comparison/scenario-grid.ts'
import { brokerSettings } from '../report/broker-settings.ts'
import { evaluatedChecks } from '../report/terminal/report.ts'
import { HEALTHY } from '../comparison/scenarios.ts'
import { recommendations } from '../comparison/recommendations.ts'
import { byRate, configurationsOf } from '../comparison/repeated-measures.ts'
import type { Picture } from '../report/charts/picture.ts'
import { provenance } from '../report/markdown.ts'
import { literal, markdown, markdownTable } from '../report/terminal/table.ts'
import { scenarioAnchor, HOW_TO_READ } from '../report/html/parts.ts'
import { type About, scenarioPicture } from '../report/html/scenario.ts'
import { healthyPicture } from '../report/html/healthy.ts'

export const COMPARISON = 'docs/comparison'

type Files = { page: string; pictures: Map<string, Picture> }

/** Pictures by their path without its ending. @throws Error when it is not a comparison */
export function comparisonFiles(summary: Summary, command: string): Files {
  const { comparison, results } = summary
  if (!comparison) throw new Error('this is not the summary of a comparison')
  const { about, models } = comparison
  const pictures = new Map<string, Picture>()
  const sections = about.map(scenario => {
    const own = results.filter(({ cell }) => cell?.scenario === scenario.name)
    return section(scenario, models, own, (name, picture) => pictures.set(`${COMPARISON}/${name}`, picture))
  })
  const page = [
    '# The models side by side',
    provenance(summary),
    `Rendered from \`summary.json\` beside this page by \`npm run lab -- publish\`; nothing here is typed by hand. To repeat it: \`${command}\`, which also writes a \`report.html\`.`,
    advice(summary),
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

/** "Which one for me?" */
function advice(summary: Summary): string {
  const rows = recommendations(summary).map(({ condition, advice, evidence }) => [
    condition,
    advice,
    evidence.map(({ model, text, scenario }) => `[${model}](#${scenarioAnchor(scenario)}): ${text}`).join('<br>'),
  ])
  return markdown(['if', 'choose', 'measured evidence'], rows, false)
}

function section(
  about: About,
  models: readonly string[],
  results: readonly Result[],
  add: (name: string, picture: Picture) => void,
): string {
  const { name, title, asks, caveat = '', without } = about
  const subjects = configurationsOf(results, models)
  const rates = byRate(results)
  const sentences = narrativeOf(subjects.filter(({ isMain }) => isMain))
  const drawn = {
    [name]:
      name === HEALTHY
        ? healthyPicture(about, models, results)
        : scenarioPicture(about, 'scenario', models, results, sentences),
    [`${name}-others`]:
      name === HEALTHY
        ? undefined
        : scenarioPicture(
            about,
            'scenario-variants',
            models,
            results,
            narrativeOf(subjects.filter(({ isMain }) => !isMain)),
          ),
  }
  const links = Object.entries(drawn).flatMap(([file, picture]) => {
    if (!picture) return []
    add(file, picture)
    return [`![${title}](${file}.svg)`]
  })
  return [
    `<a id="${scenarioAnchor(name)}"></a>\n\n## ${title}`,
    asks,
    caveat,
    ...Object.entries(without).map(([model, why]) => `*${model}* was not run: ${why}.`),
    ...links,
    ...(name === HEALTHY ? [] : sentences),
    ...rates.flatMap(([rate, own]) => [
      rates.length > 1 ? `**At ${rate} orders a second**` : '',
      markdownTable(scenarioGrid(configurationsOf(own, models))),
    ]),
    ...(name === HEALTHY ? durabilityLines(results).map(line => `- ${line}`) : []),
  ]
    .filter(part => part !== '')
    .join('\n\n')
}
