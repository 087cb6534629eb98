// Runs one experiment: its variants one after the other, each judged and measured from its history, and the result. A variant that
// cannot be finished does not stop the others; the result then says what was in the way.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import type { Experiment, Variant, VariantResult } from '../experiment/define.ts'
import type { History } from './history.ts'
import { writeHistory } from './history-file.ts'
import { evaluate, historyFile, resultOf, slugOf } from './result.ts'
import { acceptedVoidBecause, GENERATOR_BOUND } from '../analysis/measures.ts'
import type { Profile, Result } from './summary.ts'
import { runVariant, type VariantOptions } from './run-variant.ts'

export type RunOptions = Pick<VariantOptions, 'open' | 'lasting' | 'seed' | 'onProgress' | 'signal'> & {
  name: string
  experiment: Experiment
  profile: Profile
  /** Begins the name of everything that the run creates. */
  runId: string
  /** Where histories and logs of this experiment go. */
  folder: string
}

export async function runExperiment(options: RunOptions): Promise<Result> {
  const { experiment, name, profile, signal } = options
  const began = performance.now()
  const settings = experiment.profiles[profile]
  const variants = experiment.variants(settings)
  const results: VariantResult[] = []
  let failure: string | undefined
  const begins = (experiment.begins ?? 0) % variants.length
  const warmUp = experiment.warmUp?.(settings)
  if (warmUp)
    await runVariant(optionsOf(options, warmUp)).catch((error: unknown) => (failure = failureOf(warmUp, error)))
  for (const variant of [...variants.slice(begins), ...variants.slice(0, begins)])
    try {
      signal.throwIfAborted()
      results.push(evaluate(variant, await measured(options, variant)))
    } catch (error) {
      failure ??= failureOf(variant, error)
    }
  if (failure !== undefined && signal.aborted) failure = 'it was interrupted'
  return resultOf({
    experiment,
    name,
    profile,
    variants,
    results: results.toSorted((one, other) => variants.indexOf(one.variant) - variants.indexOf(other.variant)),
    seconds: (performance.now() - began) / 1_000,
    failure,
  })
}

const failureOf = ({ name }: Variant, error: unknown): string =>
  `${name}: ${error instanceof Error ? error.message : String(error)}`

/** With the dot behind it, it is the prefix of a service, which has at most 100 characters. */
const LONGEST_ID = 99
const HASH_CHARS = 8

/** The parts of a name that goes before all that a variant makes on a broker; where they are too long, their beginning and a hash of all. */
export function variantId(...parts: readonly (string | number)[]): string {
  const id = parts.join('.')
  if (id.length <= LONGEST_ID) return id
  const hash = createHash('sha256').update(id).digest('hex').slice(0, HASH_CHARS)
  return `${id.slice(0, LONGEST_ID - HASH_CHARS - 1)}-${hash}`
}

/** @param repeat how often it was run before */
function optionsOf(options: RunOptions, variant: Variant, repeat = 0): VariantOptions {
  const { experiment, runId, name, folder, onProgress } = options
  const slug = slugOf(variant.name)
  return {
    ...options,
    model: experiment.model,
    variant,
    // With its model: another may have an experiment and a variant of the same names, and the stores of its services are still there.
    id: variantId(runId, experiment.model.name, name, slug, ...(repeat > 0 ? [repeat] : [])),
    logFolder: join(folder, 'logs', slug),
    onProgress: line => onProgress(`${variant.name}: ${line}`),
  }
}

/** The history of a variant; again when the generator was late, but not in a quick run, which is there for its verdicts. */
async function measured(options: RunOptions, variant: Variant): Promise<History> {
  const { folder, onProgress } = options
  const most = options.profile === 'full' ? (variant.againWhenLate ?? 0) : 0
  const discarded: string[] = []
  for (let repeat = 0; ; repeat++) {
    const found = await runVariant(optionsOf(options, variant, repeat))
    makeFolder(folder)
    const history = { ...found, discarded: [...discarded] }
    await writeHistory(historyFile(folder, variant.name), history)
    const why = acceptedVoidBecause(history)
    // A machine that is busy with the model itself is so again.
    if (repeat === most || why !== GENERATOR_BOUND) return history
    discarded.push(why)
    onProgress(`${variant.name}: the generator was late; once more`)
  }
}
