// `lab publish`: turns a complete run with the default settings into the evidence that is committed with the code. A verdict is
// no reason to refuse a run: an invalid result is published as invalid.
import type { Command } from 'commander'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import type { Comparison, Summary } from '#engine/run/summary.ts'
import { variables } from '#infra/brokers/provide.ts'
import { DEFAULTS, plan, requestOf } from '../../comparison/plan.ts'
import { COMPARISON } from '../../publish/comparison.ts'
import { otherRunSource, comparisonSource, type Sources, sourcesOf } from '../../publish/sources.ts'
import { experiments, models, type Registry, registry } from '../../session/registry.ts'
import { HISTORIES } from '../../session/histories.ts'
import { findRun, parseSummary, ROOT } from '../../session/run-folder.ts'
import { UsageError } from '../usage.ts'

export function addPublishCommand(program: Command): void {
  program
    .command('publish')
    .description(
      'write the results of a full run or comparison to their committed places: JSON, tables, pictures, logs',
    )
    .argument('[run]', 'its name under runs/, a folder, or latest (default: render the committed results again)')
    .option('--beside', 'a comparison under other conditions: its scorecard is shown beside the published one')
    .addHelpText('after', '\nExample: npm run lab -- publish latest')
    .action(async (name: string | undefined, { beside = false }: { beside?: boolean }) => {
      if (beside && name === undefined) throw new UsageError('Name the run that --beside is to show.')
      // Only here: what draws the pictures is not installed with --omit=dev.
      const { renderedFrom } = await import('../../publish/rendered.ts')
      const sources: Sources = name === undefined ? new Map() : await fromRun(name, beside)
      removeOldHistories(sources)
      write(sources)
      const rendered = renderedFrom(ROOT, withExperiments)
      write(rendered)
      for (const path of [...sources.keys(), ...rendered.keys()].sort()) console.log(path)
    })
}

/** Models without experiments have no results to publish. */
const withExperiments = models
  .map(({ name }) => name)
  .filter(name => Object.keys(experiments).some(id => id.startsWith(`${name}/`)))

/** @throws UsageError when the run cannot be published */
async function fromRun(name: string, beside: boolean): Promise<Sources> {
  const { summary, folder } = findRun(name)
  requirePublishable(summary, registry)
  if (beside && !summary.comparison)
    throw new UsageError(`${summary.run} is no comparison, and --beside shows only those.`)
  if (beside && summary.run === publishedRun())
    throw new UsageError(`${summary.run} is the published run: --beside shows another one.`)
  if (beside) return otherRunSource(summary)
  return summary.comparison ? comparisonSource(summary, folder) : sourcesOf(summary, folder)
}

/** Undefined where no comparison was published yet. */
function publishedRun(): string | undefined {
  const file = join(ROOT, COMPARISON, 'summary.json')
  return existsSync(file) ? parseSummary(readFileSync(file, 'utf8'), file).run : undefined
}

/** Variants may have gone. */
function removeOldHistories(sources: Sources): void {
  for (const path of sources.keys())
    if (basename(path) === 'summary.json')
      rmSync(join(ROOT, dirname(path), HISTORIES), { recursive: true, force: true })
}

function write(files: ReadonlyMap<string, string | Uint8Array>): void {
  for (const [path, content] of files) {
    makeFolder(dirname(join(ROOT, path)))
    writeFileSync(join(ROOT, path), content)
  }
}

/** @throws UsageError with one sentence when the run cannot be published */
export function requirePublishable({ run, profile, results, comparison }: Summary, registry: Registry): void {
  const external = (comparison?.externalBrokers ?? []).map(kind => variables[kind])
  const unset = external.length > 0 ? `, with ${external.join(' and ')} unset,` : ''
  const command = comparison ? `npm run lab -- compare${unset}` : 'npm start'
  if (profile !== 'full') {
    throw new UsageError(`${run} is a ${profile} run, and only a full one can be published: ${command} makes one.`)
  }
  const unfinished = results.find(({ failure }) => failure !== undefined)
  if (unfinished) {
    const { model, experiment, failure } = unfinished
    throw new UsageError(`${run} is incomplete: ${model}/${experiment} could not be finished (${failure}).`)
  }
  const all = comparison
    ? plan({ ...requestOf(comparison), externalBrokers: [] }).map(({ id }) => id)
    : registry.experiments
  const compared = comparison ? [...comparison.scenarios, ...comparison.models] : []
  const missing = [
    ...all.filter(id => !results.some(result => `${result.model}/${result.experiment}` === id)),
    ...(comparison ? [...registry.scenarios, ...registry.models].filter(name => !compared.includes(name)) : []),
  ]
  if (missing.length > 0) {
    throw new UsageError(`${run} is incomplete: it lacks ${missing.join(', ')}; ${command} runs all of them.`)
  }
  if (comparison && !hasDefaultSettings(comparison)) {
    throw new UsageError(`${run} has other rates, or fewer repetitions, than a published one; ${command} makes one.`)
  }
}

function hasDefaultSettings({ rates, repeat, healthyRepeat }: Comparison): boolean {
  const { full } = DEFAULTS
  return rates.join() === full.rates.join() && repeat >= full.repeat && healthyRepeat >= full.healthyRepeat
}
