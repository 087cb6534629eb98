// Runs one experiment: its variants one after the other, each judged and measured from its history, and the result.
// A variant that cannot be finished does not stop the others; the result then says what was in the way.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { concurrencySetting } from '../kit/service.ts'
import type { Experiment, Profile, Variant, VariantResult } from './define.ts'
import type { History } from './history.ts'
import { judge } from './judge.ts'
import { quantilesOf } from './latency/quantiles.ts'
import { isVoid } from './measures.ts'
import { ordersOf } from './orders.ts'
import type { OpenRuntime } from './runtime.ts'
import { marksOf, seriesOf } from './series.ts'
import type { Result } from './summary.ts'
import { runVariant } from './variant.ts'
import { verdictOf } from './verdict.ts'

/** How often a variant is run again when its generator was late; a quick run is there for its verdicts. */
const REPEATS: Record<Profile, number> = { quick: 0, full: 2 }

export type RunOptions = {
  name: string
  experiment: Experiment
  profile: Profile
  open: OpenRuntime
  /** Addresses of those brokers that outlive the lab, by kind: what is made there must be removed again. */
  lasting: Record<string, string>
  /** Goes before everything that the run makes. */
  runId: string
  seed: number
  /** Where histories and logs of this experiment go. */
  folder: string
  onProgress(line: string): void
  signal: AbortSignal
}

export async function runExperiment(options: RunOptions): Promise<Result> {
  const { experiment, name, profile, signal } = options
  const began = performance.now()
  const settings = experiment.profiles[profile]
  const variants = experiment.variants(settings)
  const results: VariantResult[] = []
  let trouble: string | undefined
  for (const variant of variants) {
    try {
      results.push(judge(variant, await measured(options, variant)))
    } catch (error) {
      trouble ??= `${variant.name}: ${error instanceof Error ? error.message : String(error)}`
      if (signal.aborted) {
        trouble = 'it was interrupted'
        break
      }
    }
  }
  const checks = results.flatMap(({ variant, checks }) => checks.map(check => ({ ...check, variant: variant.name })))
  const whole = results.length === variants.length
  if (whole) checks.push(...(experiment.compare?.(results) ?? []).map(check => ({ ...check, variant: 'all' })))
  const verdict = verdictOf({ checks, variants, trouble })
  return {
    model: experiment.model.name,
    experiment: name,
    title: experiment.title,
    question: experiment.question,
    profile,
    settings,
    variants: variants.map(({ name, about, environment = {}, durability, leftOut }) => ({
      name,
      about,
      environment,
      ...(durability && { durability }),
      ...(leftOut && { leftOut }),
    })),
    durability: experiment.model.durability,
    atOnce: Number(concurrencySetting.fallback),
    verdict,
    checks,
    measures: results.flatMap(({ measures }) => measures),
    columns: experiment.columns,
    series: results.flatMap(({ variant, history }) => [
      ...seriesOf(variant.name, history),
      ...(variant.series?.(history) ?? []).map(curve => ({ variant: variant.name, ...curve })),
    ]),
    marks: results.flatMap(({ variant, history }) => marksOf(variant, history)),
    ...(experiment.showsOrders && { orders: results.map(({ variant, history }) => ordersOf(variant.name, history)) }),
    quantiles: results.flatMap(({ variant, history }) => quantilesOf(variant.name, history)),
    // The sentences say what the checks have shown; without that there is nothing to say.
    explanation: verdict === 'valid' ? experiment.explain(results) : [],
    seconds: (performance.now() - began) / 1_000,
    ...(trouble && { trouble }),
  }
}

/** The history of a variant; again, twice at most, when latency matters and the generator was late. */
async function measured(options: RunOptions, variant: Variant): Promise<History> {
  const { experiment, runId, name, folder, onProgress } = options
  const slug = variant.name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()
  for (let repeat = 0; ; repeat++) {
    const history = await runVariant({
      ...options,
      model: experiment.model,
      variant,
      id: [runId, name, slug, ...(repeat > 0 ? [repeat] : [])].join('.'),
      logFolder: join(folder, 'logs', slug),
      onProgress: line => onProgress(`${variant.name}: ${line}`),
    })
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `${slug}.history.json`), `${JSON.stringify(history)}\n`)
    if (!variant.latencyMatters || repeat === REPEATS[options.profile] || !isVoid(history)) return history
    onProgress(`${variant.name}: the generator was late; once more`)
  }
}
