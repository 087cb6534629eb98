// Runs experiments one after the other, into a folder of its own. Guarantees that the summary is saved after each result, so
// that finished results survive however the run ends, and that an experiment that cannot run does not stop the others.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import type { Experiment } from '#engine/experiment/define.ts'
import { watchOthers } from '#host/cpu-of-others.ts'
import { type Cpus, pinApart } from '#host/cpus.ts'
import type { Model } from '#engine/experiment/model.ts'
import type { Script } from '#engine/experiment/script-format.ts'
import { columnsOf } from '#engine/run/result.ts'
import { runExperiment } from '#engine/run/run-experiment.ts'
import {
  type Cell,
  type Comparison,
  type Profile,
  type Result,
  type Summary,
  SUMMARY_FORMAT,
} from '#engine/run/summary.ts'
import type { Threshold } from '#engine/analysis/thresholds.ts'
import { disturbanceNow } from './disturbance.ts'
import { pointLatest, saveSummary } from './run-folder.ts'
import { describeMachine, otherBroker, labVersion } from './run-facts.ts'
import {
  openEnvironment,
  requireRuntime,
  type ReadyModel,
  type RunEnvironment,
  type RuntimeName,
} from './environment.ts'
import { openDataFolder, sweep } from './sweep.ts'
import { UsageError } from '../cli/usage.ts'
import { withThresholds } from './thresholds.ts'

/** `cell`: its cell, where it is part of a comparison. `script`: where it is one. */
export type Named = { id: string; experiment: Experiment; cell?: Cell; script?: Script }

export type Reporter = {
  /** @param nth counts from one; @param all that the run will begin, in this order where they run one after the other */
  begin(named: Named, nth: number, all: readonly Named[]): void
  progress(task: string, line: string): void
  /** The run continues when it has resolved. */
  result(result: Result): Promise<void> | void
}

export type RunRequest = {
  experiments: readonly Named[]
  profile: Profile
  runtime: RuntimeName
  seed: number
  /** The parent of the run's folder. */
  out: string
  reporter: Reporter
  signal: AbortSignal
  comparison?: Comparison
  /** Where the lab, and all that it starts, are pinned. */
  cpus?: Cpus
  /** Of the command line; evaluated in the results of the experiments that they apply to. */
  thresholds?: readonly Threshold[]
  /** The run to resume: its folder, and its summary with the results that it keeps. */
  before?: { folder: string; summary: Summary }
}

/** `unsaved`: the sentence why the summary in the folder is not this one. */
export type Finished = { summary: Summary; folder: string; unsaved?: string }

/**
 * Resolves with the summary and its folder, also after an interrupt; unfinished experiments have no result in it. A disk that
 * fills up meanwhile costs the files, and not the results. @throws Error in one sentence where nothing can be run
 */
export async function run(request: RunRequest): Promise<Finished> {
  const { experiments, runtime, out, reporter, signal, before, thresholds = [] } = request
  const startedMs = performance.now() - 1_000 * (before?.summary.seconds ?? 0)
  const summary = before?.summary ?? newSummary(request)
  // A resumed run makes other names than before: what has the old names may still be running.
  const ownId = before ? newRunId() : summary.run
  const prefix = `lab-${ownId.slice(-4)}`
  const folder = before?.folder ?? join(out, summary.run)
  await requireRuntime(runtime)
  if (request.cpus) pinApart(request.cpus)
  makeRunFolder(folder)
  await sweep(line => reporter.progress('sweep', line), signal)
  const disturbance = await disturbanceNow(signal)
  if (disturbance !== undefined) reporter.progress('warning', disturbance)

  const data = openDataFolder(ownId, { prefix })
  const options = { run: ownId, dataFolder: data.path, signal, onProgress: reporter.progress }
  const environment = openEnvironment(runtime, options)
  const finished: Finished = { summary, folder }
  const save = () => {
    summary.seconds = (performance.now() - startedMs) / 1_000
    delete finished.unsaved
    try {
      saveSummary(summary, folder)
    } catch (error) {
      finished.unsaved = error instanceof Error ? error.message : String(error)
    }
  }
  /** A failed cleanup is reported, and stops neither the experiments that follow nor their results. */
  const keepOnly = async (models: readonly Model[]): Promise<void> => {
    try {
      await environment.keepOnly(models)
    } catch (error) {
      reporter.progress('cleaning up', error instanceof Error ? error.message : String(error))
    }
  }
  try {
    save()
    if (finished.unsaved !== undefined) throw new UsageError(`${finished.unsaved} --out names another one.`)
    const left = new Set(experiments)
    let begun = 0
    const runNext = async (named: Named): Promise<void> => {
      if (signal.aborted) return
      reporter.begin(named, ++begun, experiments)
      const measured = await runOne(named, request, { summary, environment, prefix, folder })
      const result = withThresholds(measured, named.experiment, thresholds)
      summary.results.push(result)
      save()
      await reporter.result(result)
      left.delete(named)
      await keepOnly([...left].map(({ experiment }) => experiment.model))
    }
    await inLanes(request, runNext)
    if (isSideBySide(request)) sortAsRequested(summary)
    return finished
  } finally {
    save()
    await keepOnly([])
    data.remove()
    // A run that measured nothing leaves the one before as the latest; a comparison is resumed by that name.
    if (finished.unsaved !== undefined) reporter.progress('saving', finished.unsaved)
    else if (summary.comparison || summary.results.some(({ failure }) => failure === undefined))
      pointLatest(out, folder)
  }
}

type SummaryRequest = Pick<
  RunRequest,
  'experiments' | 'seed' | 'profile' | 'runtime' | 'thresholds' | 'comparison' | 'cpus'
>

/** Of a run that begins now, without results. */
export function newSummary({
  experiments,
  seed,
  profile,
  runtime,
  thresholds = [],
  comparison,
  cpus,
}: SummaryRequest): Summary {
  return {
    format: SUMMARY_FORMAT,
    run: newRunId(),
    lab: labVersion(),
    startedAt: new Date().toISOString(),
    seed,
    profile,
    runtime,
    machine: describeMachine(),
    brokers: {},
    ...(cpus && { cpus: { generator: cpus.lab, services: cpus.children } }),
    requested: experiments.map(named => named.id),
    ...(thresholds.length > 0 && { thresholds: thresholds.map(({ text }) => text) }),
    results: [],
    seconds: 0,
    ...(comparison && { comparison }),
  }
}

/**
 * Whether the models run at the same time: where only verdicts are wanted. Two variants of each would be no quicker, and their
 * services starve, and answer that they were late. In containers the models do not, because each has one stack of them.
 */
export const isSideBySide = ({ profile, runtime }: { profile: Profile; runtime: string }): boolean =>
  profile === 'smoke' && runtime === 'processes'

/** One experiment after the other; side by side, those of each model. */
async function inLanes(request: RunRequest, runNext: (named: Named) => Promise<void>): Promise<void> {
  const { experiments } = request
  const byModel = Map.groupBy(experiments, ({ experiment }) => experiment.model)
  const lanes = isSideBySide(request) ? [...byModel.values()] : [experiments]
  const runLane = async (lane: readonly Named[]): Promise<void> => {
    for (const named of lane) await runNext(named)
  }
  await Promise.all(lanes.map(runLane))
}

function sortAsRequested({ results, requested = [] }: Summary): void {
  const position = ({ model, experiment }: Result): number => requested.indexOf(`${model}/${experiment}`)
  results.sort((one, other) => position(one) - position(other))
}

type RunContext = { summary: Summary; environment: RunEnvironment; prefix: string; folder: string }

/** The result is unknown where the environment is not available, or where its broker is not that of earlier results. */
async function runOne(
  named: Named,
  { profile, runtime, seed, reporter, signal }: RunRequest,
  { summary, environment, prefix, folder }: RunContext,
): Promise<Result> {
  const { id, experiment, cell, script } = named
  let ready: ReadyModel
  try {
    ready = await environment.ready(experiment.model)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return notRun(named, profile, signal.aborted ? 'it was interrupted' : why)
  }
  const other = otherBroker(summary.brokers, ready.brokers)
  if (other !== undefined) return notRun(named, profile, other)
  Object.assign(summary.brokers, ready.brokers)
  // Others' use is what is left of the machine's, so all of the run's own must be known.
  const isOwn = runtime === 'processes' && Object.values(ready.brokers).every(({ source }) => source === 'packages')
  const others = watchOthers()
  const result = await runExperiment({
    name: shortName(id),
    experiment,
    profile,
    open: ready.open,
    lasting: ready.lasting,
    runId: prefix,
    // Repetitions have other orders, at other times.
    seed: seed + (cell?.repeat ?? 1) - 1,
    folder: join(folder, id),
    onProgress: line => reporter.progress(id, line),
    signal,
  })
  const othersCores = isOwn ? others() : undefined
  return {
    ...result,
    ...(othersCores !== undefined && { othersCores }),
    ...(cell && { cell }),
    ...(script && { script }),
  }
}

/** @throws UsageError that names the folder */
export function makeRunFolder(folder: string): void {
  try {
    makeFolder(folder)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new UsageError(`The folder ${folder} cannot be made${why}; give --out a writable folder.`)
  }
}

const shortName = (id: string): string => id.slice(id.indexOf('/') + 1)

export function newRunId(): string {
  const now = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  return `${now}-${randomBytes(2).toString('hex')}`
}

/** The result of an experiment whose environment is not available. */
function notRun({ id, experiment, cell }: Named, profile: Profile, failure: string): Result {
  const { model, title, question, profiles } = experiment
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
    columns: columnsOf(experiment, experiment.variants(profiles[profile])),
    series: [],
    marks: [],
    explanation: [],
    seconds: 0,
    ...(cell && { cell }),
    failure,
  }
}
