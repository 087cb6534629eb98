// Runs one experiment: its variants one after the other, each judged and measured from its history, and the result.
// A variant that cannot be finished does not stop the others; the result then says what was in the way.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Experiment, Profile, Variant, VariantResult } from './define.ts'
import type { History } from './history.ts'
import { judge } from './judge.ts'
import { isVoid } from './measures.ts'
import { historyFile, resultOf, slugOf } from './result.ts'
import type { OpenRuntime } from './runtime.ts'
import type { Result } from './summary.ts'
import { runVariant } from './variant.ts'

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
  return resultOf({
    experiment,
    name,
    profile,
    variants,
    results,
    seconds: (performance.now() - began) / 1_000,
    trouble,
  })
}

/** The history of a variant; again, twice at most, when latency matters and the generator was late. */
async function measured(options: RunOptions, variant: Variant): Promise<History> {
  const { experiment, runId, name, folder, onProgress } = options
  const slug = slugOf(variant.name)
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
    await writeFile(historyFile(folder, variant.name), `${JSON.stringify(history)}\n`)
    if (!variant.latencyMatters || repeat === REPEATS[options.profile] || !isVoid(history)) return history
    onProgress(`${variant.name}: the generator was late; once more`)
  }
}
