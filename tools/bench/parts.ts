// The parts of the bench that have no reference: each measures, and says what it found in lines of a table.
import type { Profile } from '#engine/run/summary.ts'
import { benchGenerator, benchStall, RATES } from './parts/generator.ts'
import { benchGrowth, benchSizes, type Growth } from './parts/growth.ts'
import { benchJudge, KINDS } from './parts/judge.ts'
import { benchLimit } from './parts/limits.ts'
import { type Plant, PLANTS } from './parts/plants.ts'
import { benchWholeRun } from './parts/whole-run.ts'
import { RUNS } from '../../lab/session/run-folder.ts'
import { openDataFolder } from '../../lab/session/sweep.ts'

export type Line = [what: string, found: string, goal: string]
/** What a part found, for the file and for the table. */
type Part = (options: {
  profile: Profile
  quick: boolean
  signal: AbortSignal
}) => Promise<{ found: object; lines: Line[] }>

const LIMITS = Object.fromEntries(
  PLANTS.map(plant => [`limits-${plant.name.replaceAll(' ', '-')}`, limit(plant)] as const),
)

export const PARTS: Record<string, Part> = { generator, judge, run, sizes, growth, ...LIMITS }

const WHOLE_RUN_GOALS: Record<Profile, string> = { full: '≤ 420 s', quick: '', smoke: '≤ 60 s' }

/** They take a quarter of an hour and more, and are measured only where they are named. */
export const LONG: readonly string[] = ['growth', ...Object.keys(LIMITS)]

async function generator(): ReturnType<Part> {
  const steady = []
  for (const rate of RATES) steady.push(await benchGenerator(rate))
  const stalled = await benchStall()
  return {
    found: { steady, stalled },
    lines: [
      ...steady.flatMap(({ ordersPerSecond, cpuMs, lateness }): Line[] => [
        [
          `generator at ${ordersPerSecond.toLocaleString('en-US')}/s: CPU time a request`,
          milliseconds(cpuMs),
          '≤ 0.15 ms',
        ],
        ['  start lateness p50', milliseconds(lateness?.p50Ms), ''],
        ['  start lateness p99', milliseconds(lateness?.p99Ms), ordersPerSecond === Math.max(...RATES) ? '≤ 1 ms' : ''],
      ]),
      ['server that stalls 200 ms a second: corrected p99', `${stalled.correctedP99Ms.toFixed(0)} ms`, ''],
      ['  off what the schedule implies', percent(stalled.off), '≤ 5 %'],
      ['  uncorrected p99, for comparison', `${stalled.uncorrectedP99Ms.toFixed(1)} ms`, ''],
    ],
  }
}

async function judge({ signal }: Parameters<Part>[0]): ReturnType<Part> {
  const data = openDataFolder(`bench-${process.pid}`)
  const found = []
  try {
    for (const kind of KINDS) found.push(await benchJudge(kind, data.path, signal))
  } finally {
    data.remove()
  }
  const lines = found.flatMap(({ kind, orders, fileBytes, seconds, peakBytes }): Line[] => [
    [`judging ${orders.toLocaleString('en-US')} orders, ${kind}`, `${seconds.toFixed(0)} s`, '≤ 60 s'],
    ['  memory, at most', gigabytes(peakBytes), '≤ 2 GB'],
    ['  the file of the history', gigabytes(fileBytes), ''],
  ])
  return { found, lines }
}

/** Plants a limit, and counts how often it is named. */
function limit(plant: Plant): Part {
  return async ({ quick, signal }) => {
    const data = openDataFolder(`bench-${process.pid}`)
    const options = { quick, signal, dataFolder: data.path, progress: console.error }
    const found = await benchLimit(plant, options).finally(data.remove)
    const { model, rounds, disturbed, planted, measured } = found
    const right = rounds.filter(({ isRight }) => isRight).length
    const others = disturbed > 0 ? `, and ${disturbed} disturbed` : ''
    const named: Line = [`${plant.name} (${model}): named right`, `${right} of ${rounds.length}${others}`, '≥ 95 %']
    if (planted === null || measured === null) return { found, lines: [named] }
    const capacity: Line = [`  capacity, of ${planted.toFixed(0)}/s planted`, `${measured.toFixed(0)}/s`, '']
    return { found, lines: [named, capacity, ['  off', percent(measured / planted - 1), '± 10 %']] }
  }
}

async function run({ profile, signal }: Parameters<Part>[0]): ReturnType<Part> {
  const whole = await benchWholeRun(profile, RUNS, signal)
  return {
    found: whole,
    lines: [
      [`whole ${profile} run`, `${whole.seconds.toFixed(0)} s`, WHOLE_RUN_GOALS[profile]],
      ['  first table after', `${whole.firstTableSeconds?.toFixed(0) ?? '–'} s`, profile === 'full' ? '≤ 20 s' : ''],
      ['  all processes together, at most', gigabytes(whole.peakBytes), profile === 'full' ? '< 2 GB' : ''],
    ],
  }
}

async function growth({ quick, signal }: Parameters<Part>[0]): ReturnType<Part> {
  const found = await benchGrowth({ quick, signal, progress: console.error })
  const lines = found.flatMap(({ model, ordersInBlock, blocks, slopes }): Line[] => {
    const orders = (blocks.length * ordersInBlock).toLocaleString('en-US')
    const change = (figure: keyof Growth['slopes'], digits: number) => {
      const { perSecond: mean, low, high } = slopes[figure]
      const of = blocks.reduce((sum, block) => sum + block[figure], 0) / blocks.length
      const [average, slope, from, to] = [of, mean, low, high].map(value => value.toFixed(digits))
      return `${average}, and ${slope} [${from}, ${to}] from block to block`
    }
    return [
      [
        `${model}, ${orders} orders in ${blocks.length} blocks: CPU of services for 1,000 [s]`,
        change('cpuSecondsPer1000', 3),
        'flat',
      ],
      ['  memory of services [MB]', change('megabytes', 1), 'flat'],
      ['  open files of services', change('openFiles', 1), 'flat'],
      ['  orders a second', change('ordersPerSecond', 0), ''],
    ]
  })
  return { found, lines }
}

async function sizes({ quick, signal }: Parameters<Part>[0]): ReturnType<Part> {
  const found = await benchSizes({ quick, signal, progress: console.error })
  const lines = found.map(({ model, lines, partitions, used }): Line => {
    const what = lines === undefined ? `${partitions} partitions` : `orders of ${lines} lines`
    return [`${model}, ${what}: CPU of services for 1,000 [s]`, used.cpuSecondsPer1000.toFixed(2), '']
  })
  return { found, lines }
}

function milliseconds(ms: number | undefined): string {
  return ms === undefined ? 'unknown' : `${ms.toFixed(3)} ms`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function gigabytes(bytes: number | null): string {
  return bytes === null ? 'unknown' : `${(bytes / 2 ** 30).toFixed(2)} GB`
}
