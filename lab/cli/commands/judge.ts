// `lab judge`: evaluates a past run again, from its histories, with the checks and measures of this checkout. Guarantees that
// nothing is run, and that a result whose histories are incomplete stays unchanged and is named.
import { Type } from 'typebox'
import type { Command } from 'commander'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from '#common/contracts/parse.ts'
import type { Variant } from '#engine/experiment/define.ts'
import type { History } from '#engine/run/history.ts'
import { evaluate, historyFile, resultOf } from '#engine/run/result.ts'
import type { Result } from '#engine/run/summary.ts'
import { thresholdOf, type Threshold } from '#engine/analysis/thresholds.ts'
import { sourceExperiment, requestOf, comparisonOf } from '../../comparison/plan.ts'
import { COULD_NOT_RUN, exitCodeOf } from '../command-line.ts'
import { findRun, shortPath, saveSummary } from '../../session/run-folder.ts'
import { withThresholds, readThreshold } from '../../session/thresholds.ts'
import { UsageError } from '../usage.ts'
import { writeReport } from './past-runs.ts'

export function addJudgeCommand(program: Command): void {
  program
    .command('judge')
    .description('evaluate a past run again with the present checks, from its histories; nothing is run')
    .argument('[run]', 'its name under runs/, a folder, or latest', 'latest')
    .addHelpText('after', '\nExample: npm run lab -- judge latest')
    .action((name: string) => {
      const { summary, folder } = findRun(name)
      const judged = summary.results.map(result => judgedAgain(result, folder))
      const unchanged = summary.results.filter((_, nth) => judged[nth] === undefined)
      summary.results = summary.results.map((result, nth) => judged[nth] ?? result)
      if (summary.comparison) summary.comparison = comparisonOf(requestOf(summary.comparison), summary.profile)
      saveSummary(summary, folder)
      for (const { model, experiment, verdict } of summary.results) console.log(`${verdict} ${model}/${experiment}`)
      console.log(shortPath(writeReport(summary, folder)))
      for (const { model, experiment, verdict } of unchanged)
        console.error(`${model}/${experiment} was not judged again: its histories are incomplete. It stays ${verdict}.`)
      process.exitCode = exitCodeOf(summary) || (unchanged.length > 0 ? COULD_NOT_RUN : 0)
    })
}

/** Only the outer shape, to detect a wrong file: a run's own histories are trusted. */
const Rows = Type.Array(Type.Object({}))
const HistorySchema = Type.Unsafe<History>(
  Type.Object({
    planned: Rows,
    attempts: Rows,
    originNs: Type.Number(),
    executedSteps: Rows,
    evidence: Type.Object({ orders: Rows, decisions: Rows, notifications: Rows }),
  }),
)

/** @throws UsageError that names the file */
function readHistory(file: string): History {
  try {
    return parse(HistorySchema, JSON.parse(readFileSync(file, 'utf8')), file)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(
      `${shortPath(file)} is not a readable history (${why}); delete it to keep the result unchanged.`,
    )
  }
}

/** Undefined where its histories are incomplete. */
function judgedAgain(result: Result, run: string): Result | undefined {
  const { model, experiment: name, profile, seconds, othersCores, cell, failure } = result
  const experiment = sourceExperiment(result)
  if (!experiment || failure !== undefined) return undefined
  const variants = experiment.variants(experiment.profiles[profile])
  const fileOf = (variant: Variant) => historyFile(join(run, model, name), variant.name)
  if (!variants.map(fileOf).every(file => existsSync(file))) return undefined
  const results = variants.map(variant => evaluate(variant, readHistory(fileOf(variant))))
  const judged = resultOf({ experiment, name, profile, variants, results, seconds, failure })
  return withThresholds(
    { ...judged, ...(othersCores !== undefined && { othersCores }), ...(cell && { cell }) },
    experiment,
    thresholdsOf(result, variants),
  )
}

/** Those of the run's command line, beside the experiment's own. */
function thresholdsOf({ checks }: Result, variants: readonly Variant[]): Threshold[] {
  const own = variants.flatMap(({ thresholds = [] }) => thresholds)
  const all = new Set(checks.flatMap(({ name }) => thresholdOf(name) ?? []))
  return [...all].filter(text => !own.includes(text)).map(readThreshold)
}
