// What differs in the conditions under which two runs were measured: where it does, a difference of numbers may be of the
// conditions and not of what is compared.
import type { Result, Summary } from '#engine/run/summary.ts'
import type { Pair } from './pairs.ts'

/** A condition in words, with its value in each run. */
export type Condition = { what: string; one: string; other: string }

const ABSENT = 'none'

/** Those that differ: of the runs, then of each pair of results. */
export function conditionsThatDiffer(one: Summary, other: Summary, pairs: readonly Pair[]): Condition[] {
  return [
    ...differing('', ofRun(one), ofRun(other)),
    ...pairs.flatMap(pair => differing(`${pair.name}: `, ofResults(pair.one), ofResults(pair.other))),
  ]
}

function differing(prefix: string, one: Record<string, string>, other: Record<string, string>): Condition[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter(what => one[what] !== other[what])
    .map(what => ({ what: prefix + what, one: one[what] ?? ABSENT, other: other[what] ?? ABSENT }))
}

function ofRun({ lab, machine, brokers, seed, profile, runtime }: Summary): Record<string, string> {
  const { system, cpu, cores, memoryGb, node } = machine
  return {
    ...(lab !== undefined && { lab }),
    profile,
    runtime,
    seed: String(seed),
    machine: `${cores} × ${cpu}, ${memoryGb} GB`,
    system,
    node,
    ...Object.fromEntries(
      Object.entries(brokers).map(([kind, { version, source }]) => [kind, `${version} (${source})`]),
    ),
  }
}

/** Of repetitions the first tells: they share their settings. */
function ofResults(results: readonly Result[]): Record<string, string> {
  const [result] = results
  if (!result) return {}
  const { settings, concurrency, durability, variants } = result
  return {
    repetitions: String(results.length),
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    'W, orders at once': String(concurrency),
    'where an accepted order was': durability,
    ...Object.assign({}, ...variants.map(ofVariant)),
  }
}

function ofVariant({
  name,
  environment,
  durability,
  disabledSafeguard,
}: Result['variants'][number]): Record<string, string> {
  const all = Object.entries(environment).flatMap(([service, values]) =>
    Object.entries(values).map(([key, value]) => [`${name}, ${service} ${key}`, value] as const),
  )
  return {
    ...Object.fromEntries(all),
    ...(durability !== undefined && { [`${name}, where an accepted order was`]: durability }),
    ...(disabledSafeguard !== undefined && { [`${name}, left out`]: disabledSafeguard }),
  }
}
