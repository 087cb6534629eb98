// All pages and pictures that are rendered from the committed sources, and from nothing else.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { parse } from '#common/contracts/parse.ts'
import type { Result, Summary } from '#engine/run/summary.ts'
import { CHECKS } from '#engine/checks/checks.ts'
import { metricsDocument } from '#common/workflow/compute-metrics.ts'
import { fileOf, type Picture } from '../report/charts/picture.ts'
import { pngOf } from '../report/charts/png.ts'
import { overviewTable, resultsPage } from '../report/markdown.ts'
import { replayPicture, SnapshotsSchema } from './replay.ts'
import { overviewOf } from '../report/terminal/report.ts'
import { markdown } from '../report/terminal/table.ts'
import { timelinePicture, sharesPicture } from '../report/html/pictures.ts'
import { repeatCommand } from '../report/html/this-run.ts'
import { registry } from '../session/registry.ts'
import { parseSummary } from '../session/run-folder.ts'
import { COMPARISON, comparisonFiles } from './comparison.ts'
import { findings } from './findings.ts'
import { objectionsPage } from './objections.ts'
import { otherRunsPage } from './other-runs.ts'
import { METRICS, OTHER_RUNS, pageOf, PICTURES, type PublishedPicture, SNAPSHOTS, summaryOf } from './output-paths.ts'
import { settingsParts } from './settings-tables.ts'

/** The table of all experiments. */
const RESULTS_PAGE = 'docs/results.md'

const OTHER_RUNS_PAGE = join(COMPARISON, 'other-runs.md')

const OBJECTIONS_PAGE = join(COMPARISON, 'how-this-could-be-wrong.md')

/** The experiments in the README's excerpt of that table: one for each model, each narrow enough for a page. */
const SAMPLES = ['sync-rest/failing-inventory', 'async-rabbitmq/backlog-drain', 'streaming-kafka/consumer-lag']

/** Of the narrowest terminals that are usual. */
const SAMPLE_WIDTH = 80

type Files = Map<string, string | Uint8Array>

const DRAWN = { timeline: timelinePicture, shares: sharesPicture }

/**
 * Files by their path in the checkout.
 * @param root the checkout, @param models those whose results are published
 * @throws Error when a model has none yet
 */
export function renderedFrom(root: string, models: readonly string[]): Files {
  const files: Files = new Map()
  const summaries: Summary[] = []
  for (const model of models) {
    const summary = readSummary(root, model)
    summaries.push(summary)
    files.set(pageOf(model), resultsPage(model, summary))
    for (const result of summary.results) {
      const published = PICTURES[`${model}/${result.experiment}`]
      if (published) addResultPicture(files, root, result, published)
    }
    addParts(files, root, join(model, 'README.md'), {
      ...settingsParts(model),
      results: overviewTable([summary], () => 'tests/results/README.md'),
    })
  }
  const compared = readSummaryAt(root, join(COMPARISON, 'summary.json'))
  const others = otherRuns(root)
  if (compared) {
    const command = repeatCommand(compared, registry)
    const { page, pictures } = comparisonFiles(compared, command)
    files.set(join(COMPARISON, 'README.md'), page)
    files.set(OBJECTIONS_PAGE, objectionsPage(compared, command, others))
    if (others.length > 0) files.set(OTHER_RUNS_PAGE, otherRunsPage(compared, others))
    for (const [file, picture] of pictures) addPicture(files, file, picture)
  }
  const linkTo = (model: string) => posix.relative(posix.dirname(RESULTS_PAGE), pageOf(model))
  addParts(files, root, RESULTS_PAGE, { results: overviewTable(summaries, linkTo), checks: checksTable() })
  addParts(files, root, 'README.md', {
    ...(compared && { findings: findings(compared, `${COMPARISON}/README.md`) }),
    sample: sampleOf(summaries.flatMap(({ results }) => results)),
  })
  return files
}

function readSummary(root: string, model: string): Summary {
  const file = join(root, summaryOf(model))
  if (existsSync(file)) return parseSummary(readFileSync(file, 'utf8'), file)
  throw new Error(`${model} has no published results: npm start, then npm run lab -- publish latest.`)
}

/** Undefined where none was published yet. */
function readSummaryAt(root: string, path: string): Summary | undefined {
  const file = join(root, path)
  return existsSync(file) ? parseSummary(readFileSync(file, 'utf8'), file) : undefined
}

/** The newest first. */
function otherRuns(root: string): Summary[] {
  const folder = join(root, OTHER_RUNS)
  const names = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.json')) : []
  return names
    .toSorted()
    .reverse()
    .map(name => parseSummary(readFileSync(join(folder, name), 'utf8'), join(folder, name)))
}

/** Nothing where there is nothing to draw. The metrics of the replay are also a document of their own. */
function addResultPicture(files: Files, root: string, result: Result, { file, of }: PublishedPicture): void {
  if (of !== 'metrics') {
    const picture = DRAWN[of](result, result.experiment)
    if (picture) addPicture(files, file, picture)
    return
  }
  const snapshots = parse(SnapshotsSchema, JSON.parse(readFileSync(join(root, SNAPSHOTS), 'utf8')), SNAPSHOTS)
  addPicture(files, file, replayPicture(result, snapshots))
  const [first] = result.variants
  const last = snapshots.findLast(({ variant }) => variant === first?.name)
  if (last) files.set(METRICS, metricsDocument(last.metrics))
}

function addPicture(files: Files, name: string, picture: Picture): void {
  files.set(`${name}.svg`, fileOf(picture))
  files.set(`${name}.png`, pngOf(picture))
}

const checksTable = (): string =>
  markdown(
    ['check', 'what must hold'],
    [...CHECKS.values()].map(({ name, claim }) => [`\`${name}\``, claim]),
    false,
  )

/** A part of the table that a run prints at its end. */
function sampleOf(results: readonly Result[]): string {
  const shown = results.filter(({ model, experiment }) => SAMPLES.includes(`${model}/${experiment}`))
  return shown.length === 0 ? '' : `\`\`\`text\n${stripVTControlCharacters(overviewOf(shown, SAMPLE_WIDTH))}\n\`\`\``
}

function addParts(files: Files, root: string, page: string, parts: Record<string, string>) {
  const file = join(root, page)
  if (!existsSync(file)) return
  const text = readFileSync(file, 'utf8')
  files.set(
    page,
    Object.entries(parts).reduce((filling, [name, part]) => betweenMarkers(filling, name, part), text),
  )
}

/** The page with `text` between its markers of that name, `<!-- name -->` and `<!-- /name -->`; as it is when it has none. */
export function betweenMarkers(page: string, name: string, text: string): string {
  const begin = `<!-- ${name} -->`
  const end = `<!-- /${name} -->`
  if (!page.includes(begin) || !page.includes(end)) return page
  return `${page.slice(0, page.indexOf(begin) + begin.length)}\n\n${text}\n\n${page.slice(page.indexOf(end))}`
}
