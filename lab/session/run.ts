// Runs experiments one after the other: a folder under runs/, a summary that grows with each result, so that what was
// measured is there however the run ends. An experiment that cannot be run does not stop the others.
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Experiment } from '#engine/experiment/define.ts'
import type { Profile } from '#engine/experiment/profile.ts'
import type { Model } from '#engine/experiment/model.ts'
import { runExperiment } from '#engine/run/run-experiment.ts'
import type { Cell, Comparison, Result, Summary } from '#engine/run/summary.ts'
import type { Threshold } from '#engine/analysis/thresholds/threshold.ts'
import { dataRoot } from '#host/folders.ts'
import { registerRun } from '#host/run-registry.ts'
import { pointLatest, saveSummary } from './run-folder.ts'
import { describeMachine, otherBroker, labVersion } from './run-facts.ts'
import {
  composeEnvironment,
  processesEnvironment,
  type ReadyModel,
  type RuntimeName,
  type RunEnvironment,
  type EnvironmentOptions,
} from './environment.ts'
import { sweep } from './sweep.ts'
import { UsageError } from '../cli/usage.ts'
import { withThresholds } from './thresholds.ts'

const SITES: Record<RuntimeName, (options: EnvironmentOptions) => RunEnvironment> = {
  processes: processesEnvironment,
  compose: composeEnvironment,
}

/** `cell`: where it stands in a comparison. */
export type Named = { id: string; experiment: Experiment; cell?: Cell }

export type Reporter = {
  /** @param nth counts from one */
  begin(named: Named, nth: number, of: number): void
  progress(task: string, line: string): void
  /** The run goes on when it has resolved. */
  result(result: Result): Promise<void> | void
}

export type RunRequest = {
  experiments: readonly Named[]
  profile: Profile
  runtime: RuntimeName
  seed: number
  /** The folder under which the run's own folder is made. */
  out: string
  reporter: Reporter
  signal: AbortSignal
  comparison?: Comparison
  /** Of the command line: judged in the results of those experiments that they are about. */
  thresholds?: readonly Threshold[]
  /** A run that is gone on with: its folder, and its summary with the results that stand. */
  before?: { folder: string; summary: Summary }
}

/** Resolves with the summary and its folder, also when it was interrupted; what was left undone is not in it. */
export async function run(request: RunRequest): Promise<{ summary: Summary; folder: string }> {
  const { experiments, profile, runtime, seed, out, reporter, signal, comparison, before, thresholds = [] } = request
  const began = performance.now() - 1_000 * (before?.summary.seconds ?? 0)
  const id = before?.summary.run ?? runId()
  // What is gone on with makes other names than before: what has them may be going still.
  const own = before ? runId() : id
  const prefix = `lab-${own.slice(-4)}`
  const folder = before?.folder ?? join(out, id)
  const dataFolder = join(dataRoot(), own)
  makeFolder(folder)
  await sweep(line => reporter.progress('sweep', line))

  const registration = registerRun({ directories: [dataFolder], prefix, addresses: {} })
  mkdirSync(dataFolder, { recursive: true })
  const site = SITES[runtime]({ run: own, dataFolder, signal, onProgress: reporter.progress })
  const summary: Summary = before?.summary ?? {
    run: id,
    lab: labVersion(),
    startedAt: new Date().toISOString(),
    seed,
    profile,
    runtime,
    machine: describeMachine(),
    brokers: {},
    requested: experiments.map(named => named.id),
    ...(thresholds.length > 0 && { thresholds: thresholds.map(({ text }) => text) }),
    results: [],
    seconds: 0,
    ...(comparison && { comparison }),
  }
  const save = () => {
    summary.seconds = (performance.now() - began) / 1_000
    saveSummary(summary, folder)
  }

  const runOne = async (named: Named): Promise<Result> => {
    const { id: name, experiment, cell } = named
    let ready: ReadyModel
    try {
      ready = await site.ready(experiment.model)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return notRun(named, profile, signal.aborted ? 'it was interrupted' : why)
    }
    const other = otherBroker(summary.brokers, ready.brokers)
    if (other !== undefined) return notRun(named, profile, other)
    Object.assign(summary.brokers, ready.brokers)
    const result = await runExperiment({
      name: shortName(name),
      experiment,
      profile,
      open: ready.open,
      lasting: ready.lasting,
      runId: prefix,
      seed,
      folder: join(folder, name),
      onProgress: line => reporter.progress(name, line),
      signal,
    })
    return { ...result, ...(cell && { cell }) }
  }

  /** What fails to go is said, and takes nothing with it: neither the experiments that follow nor their results. */
  const keepOnly = async (models: readonly Model[]): Promise<void> => {
    try {
      await site.keepOnly(models)
    } catch (error) {
      reporter.progress('cleaning up', error instanceof Error ? error.message : String(error))
    }
  }

  try {
    save()
    for (const [index, named] of experiments.entries()) {
      if (signal.aborted) break
      reporter.begin(named, index + 1, experiments.length)
      const result = withThresholds(await runOne(named), named.experiment, thresholds)
      summary.results.push(result)
      save()
      await reporter.result(result)
      await keepOnly(experiments.slice(index + 1).map(({ experiment }) => experiment.model))
    }
    return { summary, folder }
  } finally {
    save()
    await keepOnly([])
    rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 })
    registration.unregister()
    pointLatest(out, folder)
  }
}

/** @throws UsageError that names it */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new UsageError(`The folder ${folder} cannot be made${why}; give --out a folder that can be written.`)
  }
}

const shortName = (id: string): string => id.slice(id.indexOf('/') + 1)

function runId(): string {
  const now = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  return `${now}-${randomBytes(2).toString('hex')}`
}

/** The result of an experiment whose broker could not be had. */
function notRun({ id, experiment, cell }: Named, profile: Profile, trouble: string): Result {
  const { model, title, question, profiles, columns } = experiment
  return {
    model: model.name,
    experiment: shortName(id),
    title,
    question,
    profile,
    settings: profiles[profile],
    variants: [],
    durability: model.durability,
    concurrency: model.defaultConcurrency,
    verdict: 'unknown',
    checks: [],
    measures: [],
    columns,
    series: [],
    marks: [],
    explanation: [],
    seconds: 0,
    ...(cell && { cell }),
    failure: trouble,
  }
}
