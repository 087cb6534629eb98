/**
 * A run of `lab capacity`: for each model a search for its greatest sustained rate, and on request what comes beyond it.
 *
 * Guarantees: the file is saved after each probe, so that an interrupt leaves what was measured; each probe has fresh stores; no
 * process outlives the run. A model that cannot be run does not stop the others.
 */
import { join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import type { Threshold } from '#engine/analysis/thresholds.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { History } from '#engine/run/history.ts'
import { writeHistory } from '#engine/run/history-file.ts'
import { historyFile } from '#engine/run/result.ts'
import { runVariant } from '#engine/run/run-variant.ts'
import { disturbanceNow } from '../session/disturbance.ts'
import { openEnvironment, type ReadyModel, requireRuntime, type RunEnvironment } from '../session/environment.ts'
import { describeMachine, labVersion } from '../session/run-facts.ts'
import { saveJson } from '../session/run-folder.ts'
import { makeRunFolder, newRunId } from '../session/run.ts'
import { openDataFolder, sweep } from '../session/sweep.ts'
import { beyondOf } from './beyond.ts'
import { type Beyond, CAPACITY_FORMAT, type CapacityFile, type ModelCapacity, type Probe } from './capacity-file.ts'
import { judgeProbe } from './judge.ts'
import { measuredSeconds } from './load.ts'
import { resultOf } from './result.ts'
import { searchCapacity } from './search.ts'
import { probeVariant } from './variant.ts'

export type CapacityReporter = {
  begin(model: string): void
  /** @param leftSeconds of the time of the search; undefined behind it */
  probing(model: string, ordersPerSecond: number, seconds: number, leftSeconds: number | undefined): void
  progress(task: string, line: string): void
  probed(model: string, probe: Probe): void
}

export type CapacityRequest = {
  models: readonly ComparableModel[]
  budget?: Threshold
  /** For each model, what comes beyond excepted. */
  mostSeconds: number
  startAt: number
  beyond: boolean
  seed: number
  /** The parent of the run's folder. */
  out: string
  reporter: CapacityReporter
  signal: AbortSignal
}

/** What a probe takes with its start, its warm-up, and what is read and judged afterwards, before one was made. */
const EXPECTED_SECONDS = { short: 15, long: 40 }
/** What comes beyond the capacity. */
const BEYOND = { times: 1.5, seconds: 30 }

type Context = CapacityRequest & { file: CapacityFile; folder: string; prefix: string; save(): void }

/** @throws Error in one sentence where nothing can be run */
export async function runCapacity(request: CapacityRequest): Promise<{ file: CapacityFile; folder: string }> {
  const { models, out, reporter, signal } = request
  const began = performance.now()
  const file = newFile(request)
  const folder = join(out, file.run)
  const prefix = `lab-${file.run.slice(-4)}`
  await requireRuntime('processes')
  makeRunFolder(folder)
  await sweep(line => reporter.progress('sweep', line), signal)
  const disturbance = await disturbanceNow(signal)
  if (disturbance !== undefined) reporter.progress('warning', disturbance)
  const data = openDataFolder(file.run, { prefix })
  const options = { run: file.run, dataFolder: data.path, signal, onProgress: reporter.progress }
  const environment = openEnvironment('processes', options)
  const save = (): void => {
    file.seconds = (performance.now() - began) / 1_000
    saveJson(file, join(folder, CAPACITY_FILE))
  }
  try {
    save()
    for (const [nth, model] of models.entries()) {
      if (signal.aborted) break
      reporter.begin(model.name)
      await findCapacity(model, environment, { ...request, file, folder, prefix, save })
      save()
      await environment.keepOnly(models.slice(nth + 1))
    }
    return { file, folder }
  } finally {
    await environment.keepOnly([])
    data.remove()
  }
}

const newFile = ({ seed, budget, mostSeconds }: CapacityRequest): CapacityFile => ({
  format: CAPACITY_FORMAT,
  run: newRunId(),
  lab: labVersion(),
  startedAt: new Date().toISOString(),
  seed,
  budget: budget?.text ?? null,
  mostSeconds,
  machine: describeMachine(),
  brokers: {},
  results: [],
  seconds: 0,
})

/** The file of a run. */
export const CAPACITY_FILE = 'capacity.json'

/** Adds the result of the model to the file at its begin, and what it finds as it finds it. */
async function findCapacity(model: ComparableModel, environment: RunEnvironment, context: Context): Promise<void> {
  const began = performance.now()
  const { file, signal } = context
  const [{ name: configuration, durability }] = model.comparison.configurations
  const result: ModelCapacity = {
    model: model.name,
    configuration,
    durability,
    verdict: 'unknown',
    ended: 'interrupted',
    sustained: null,
    notSustained: null,
    isConfirmed: false,
    limiter: null,
    probes: [],
    beyond: null,
    seconds: 0,
  }
  file.results.push(result)
  try {
    const ready = await environment.ready(model)
    Object.assign(file.brokers, ready.brokers)
    Object.assign(result, await searched(model, ready, result, context))
    if (context.beyond && result.sustained !== null && !signal.aborted)
      result.beyond = await beyond(model, ready, result, context)
    // Whoever asked for what comes beyond has asked whether that is sound, too.
    if (result.beyond?.probe.verdict === 'defect') result.verdict = 'invalid'
  } catch (error) {
    if (!signal.aborted) {
      result.ended = 'failed'
      result.failure = error instanceof Error ? error.message : String(error)
    }
  }
  result.seconds = (performance.now() - began) / 1_000
}

async function searched(
  model: ComparableModel,
  ready: ReadyModel,
  { probes }: ModelCapacity,
  context: Context,
): Promise<Partial<ModelCapacity>> {
  const { file, startAt, mostSeconds, reporter, signal, save } = context
  const now = () => performance.now() / 1_000
  const began = now()
  const found = await searchCapacity<Probe>({
    startAt,
    mostSeconds,
    expectedSeconds: EXPECTED_SECONDS,
    now,
    signal,
    async probe(ordersPerSecond, length) {
      const seconds = measuredSeconds(ordersPerSecond, length)
      reporter.probing(model.name, ordersPerSecond, seconds, mostSeconds - (now() - began))
      const { probe } = await probeAt(model, ready, { ordersPerSecond, seconds, length, nth: probes.length }, context)
      probes.push(probe)
      save()
      reporter.probed(model.name, probe)
      return probe
    },
  })
  return resultOf(found, file.machine.cores)
}

type ProbeAt = { ordersPerSecond: number; seconds: number; length: Probe['length']; nth: number }

async function probeAt(
  model: ComparableModel,
  { open, lasting }: ReadyModel,
  { ordersPerSecond, seconds, length, nth }: ProbeAt,
  { budget, seed, folder, prefix, reporter, signal }: Context,
): Promise<{ probe: Probe; history: History }> {
  const variant = probeVariant(model, ordersPerSecond, seconds)
  const name = `${String(nth + 1).padStart(2, '0')}-${ordersPerSecond}`
  const own = join(folder, model.name)
  const history = await runVariant({
    model,
    variant,
    open,
    lasting,
    id: [prefix, model.name, name.replaceAll('.', '-')].join('.'),
    // Each probe has other orders, at other times.
    seed: seed + nth,
    logFolder: join(own, 'logs', name),
    onProgress: line => reporter.progress(model.name, line),
    signal,
  })
  makeFolder(own)
  const file = historyFile(own, name)
  await writeHistory(file, history)
  const judged = judgeProbe(variant, history, budget)
  return { probe: { ...judged, length, history: file.slice(folder.length + 1) }, history }
}

async function beyond(
  model: ComparableModel,
  ready: ReadyModel,
  { sustained, notSustained, probes }: ModelCapacity,
  context: Context,
): Promise<Beyond> {
  const { seconds, times } = BEYOND
  // Where the search was not finished the rate that is not sustained may be far above.
  const ordersPerSecond = Math.round(Math.max(times * (sustained ?? 0), notSustained ?? 0))
  context.reporter.probing(model.name, ordersPerSecond, seconds, undefined)
  const at = { ordersPerSecond, seconds, length: 'beyond' as const, nth: probes.length }
  const { probe, history } = await probeAt(model, ready, at, context)
  context.reporter.probed(model.name, probe)
  return beyondOf(probe, history)
}
