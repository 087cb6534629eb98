// `lab judge`: evaluates a past run again, from its histories, with the checks and measures of this checkout. Guarantees that
// nothing is run, and that a result whose histories are incomplete stays unchanged and is named.
import type { Command } from 'commander'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { Variant, VariantResult } from '#engine/experiment/define.ts'
import { evaluate, resultOf } from '#engine/run/result.ts'
import type { Result } from '#engine/run/summary.ts'
import { thresholdOf, type Threshold } from '#engine/analysis/thresholds.ts'
import { sourceExperiment, requestOf, comparisonOf } from '../../comparison/plan.ts'
import { COULD_NOT_RUN, exitCodeOf } from '../command-line.ts'
import { compactJson } from '../../publish/sources.ts'
import { findHistory, HISTORIES, readHistory } from '../../session/histories.ts'
import { findRun, shortPath, saveSummary } from '../../session/run-folder.ts'
import { disagreements, MOST_ATTEMPTS } from '../../session/second-opinion.ts'
import { withThresholds, readThreshold } from '../../session/thresholds.ts'
import { writeReport } from './past-runs.ts'

export function addJudgeCommand(program: Command): void {
  program
    .command('judge')
    .description(
      'evaluate a past run again with the present checks, from its histories; nothing is run. Published results are compared, and stay',
    )
    .argument('[run]', 'its name under runs/, a folder, or latest', 'latest')
    .option('--save', 'put what was judged in the place of published results too')
    .addHelpText('after', '\nExample: npm run lab -- judge latest\n         npm run lab -- judge docs/comparison')
    .action(async (name: string, { save = false }: { save?: boolean }) => {
      // The rows of a million orders are a gigabyte, and V8 would let garbage be as much again.
      setFlagsFromString('--heap-growing-percent=20')
      const { summary, folder } = findRun(name)
      const judged: Awaited<ReturnType<typeof judgedAgain>>[] = []
      for (const result of summary.results) judged.push(await judgedAgain(result, folder))
      const unchanged = summary.results.filter((_, nth) => judged[nth] === undefined)
      const results = summary.results.map((result, nth) => judged[nth]?.result ?? result)
      const disputed = judged.flatMap(each => each?.disputed ?? [])
      for (const { model, experiment, verdict } of results) console.log(`${verdict} ${model}/${experiment}`)
      const isPublished = existsSync(join(folder, HISTORIES))
      const differing = isPublished ? summary.results.filter((result, nth) => !isSame(result, results[nth])) : []
      summary.results = results
      const { comparison, profile } = summary
      if (comparison && profile !== 'smoke') summary.comparison = comparisonOf(requestOf(comparison), profile)
      if (!isPublished) {
        saveSummary(summary, folder)
        console.log(shortPath(await writeReport(summary, folder)))
      } else {
        if (save) writeFileSync(join(folder, 'summary.json'), compactJson(summary))
        console.log(comparedText(differing, results.length - unchanged.length))
      }
      for (const { model, experiment, verdict } of unchanged)
        console.error(`${model}/${experiment} was not judged again: its histories are incomplete. It stays ${verdict}.`)
      for (const sentence of disputed) console.error(sentence)
      for (const sentence of judged.flatMap(each => each?.unheard ?? [])) console.log(sentence)
      const isOpen = unchanged.length + differing.length + disputed.length > 0
      process.exitCode = exitCodeOf(summary) || (isOpen ? COULD_NOT_RUN : 0)
    })
}

/** As JSON, which has no absent fields. */
const isSame = (one: Result, other: Result | undefined): boolean => JSON.stringify(one) === JSON.stringify(other)

function comparedText(differing: readonly Result[], count: number): string {
  if (differing.length === 0)
    return `The ${count} results that were judged are as published: every number and every verdict.`
  const names = differing.map(({ model, experiment }) => `${model}/${experiment}`)
  return `${differing.length} of ${count} results differ from those published: ${names.join(', ')}.`
}

/**
 * With a sentence for each claim on which the second judge disagrees, and for each variant that is too large for it. Undefined where
 * its histories are incomplete.
 */
export async function judgedAgain(
  result: Result,
  run: string,
): Promise<{ result: Result; disputed: string[]; unheard: string[] } | undefined> {
  const { model, experiment: name, profile, seconds, othersCores, cell, script, failure } = result
  const experiment = sourceExperiment(result)
  if (!experiment || failure !== undefined) return undefined
  const variants = asRun(experiment.variants(experiment.profiles[profile]), result)
  if (!variants) return undefined
  const files = variants.flatMap(variant => findHistory(run, { model, experiment: name, variant: variant.name }) ?? [])
  if (files.length < variants.length) return undefined
  const results: VariantResult[] = []
  for (const [nth, variant] of variants.entries()) results.push(evaluate(variant, await readHistory(files[nth] ?? '')))
  const judged = resultOf({ experiment, name, profile, variants, results, seconds, failure })
  const isSmall = ({ history }: VariantResult) => history.attempts.length <= MOST_ATTEMPTS
  const disputed = results
    .filter(isSmall)
    .flatMap(({ variant, history, checks }) =>
      disagreements(checks, history).map(
        sentence => `${model}/${name}, ${variant.name}: ${sentence}. The result stays that of the checks.`,
      ),
    )
  const unheard = results.flatMap(each =>
    isSmall(each)
      ? []
      : `${model}/${name}, ${each.variant.name}: the second judge takes at most ${MOST_ATTEMPTS.toLocaleString('en-US')} requests, and was not asked.`,
  )
  const facts = {
    ...judged,
    ...(othersCores !== undefined && { othersCores }),
    ...(cell && { cell }),
    ...(script && { script }),
  }
  return { result: withThresholds(facts, experiment, thresholdsOf(result, variants)), disputed, unheard }
}

/**
 * Which variants there were, and how orders arrived, are facts of the run, whatever the experiment says today. Undefined where it no
 * longer has one of them.
 */
function asRun(variants: readonly Variant[], { variants: ran }: Result): Variant[] | undefined {
  const found = variants.flatMap((variant): Variant[] => {
    const measured = ran.find(({ name }) => name === variant.name)
    return measured ? [{ ...variant, load: { ...variant.load, arrivals: measured.arrivals ?? 'uniform' } }] : []
  })
  return found.length < ran.length ? undefined : found
}

/** Those of the run's command line, beside the experiment's own. */
function thresholdsOf({ checks }: Result, variants: readonly Variant[]): Threshold[] {
  const own = variants.flatMap(({ thresholds = [] }) => thresholds)
  const all = new Set(checks.flatMap(({ name }) => thresholdOf(name) ?? []))
  return [...all].filter(text => !own.includes(text)).map(readThreshold)
}
