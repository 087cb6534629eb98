// `npm run bench`: what the lab itself costs, printed beside what it should cost. Nothing is asserted: the figures
// depend on what else the machine does.
import { Option } from 'commander'
import { loadavg } from 'node:os'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROFILES, type Profile } from '#engine/run/summary.ts'
import { benchGenerator, benchStall } from './generator.ts'
import { benchJudge, KINDS } from './judge.ts'
import { benchRest } from './rest.ts'
import { benchWholeRun } from './whole-run.ts'
import { createProgram, runProgram, listenForInterrupt } from '../../lab/cli/command-line.ts'
import { describeMachine } from '../../lab/session/run-facts.ts'
import { draw } from '../../lab/report/terminal/table.ts'
import { RUNS, shortPath } from '../../lab/session/run-folder.ts'
import { openDataFolder } from '../../lab/session/sweep.ts'

type Row = [what: string, found: string, goal: string]
const PARTS = ['generator', 'rest', 'judge', 'run'] as const
type Part = (typeof PARTS)[number]

const program = createProgram(
  'bench',
  'measure the load generator, REST beside a baseline without stores, how a million orders are judged, and a whole run',
)
  .addOption(new Option('--only <part>', 'one part of it').choices(PARTS))
  .addOption(new Option('--profile <profile>', 'of the whole run').choices(PROFILES).default('full'))
  .addHelpText('after', '\nExample: npm run bench -- --only rest')
  .action(bench)

await runProgram(program)

async function bench({ only, profile }: { only?: Part; profile: Profile }): Promise<void> {
  const signal = listenForInterrupt()
  const rows: Row[] = []
  const waiting = loadavg()[0]?.toFixed(1) ?? 'unknown'
  const found: Record<string, unknown> = { startedAt: new Date().toISOString(), machine: describeMachine(), waiting }
  const parts: Record<Part, () => Promise<void>> = {
    async generator() {
      const steady = await benchGenerator()
      const stalled = await benchStall()
      Object.assign(found, { steady, stalled })
      rows.push(
        ['generator, 2,000/s for 10 s: start lateness p99', `${steady.lateness?.p99Ms.toFixed(2)} ms`, ''],
        ['generator: its share of one core', percent(steady.cpuShare), ''],
        ['server that stalls 200 ms a second: corrected p99', `${stalled.correctedP99Ms.toFixed(0)} ms`, ''],
        ['  off what the schedule implies', percent(stalled.off), '≤ 5 %'],
        ['  uncorrected p99, for comparison', `${stalled.uncorrectedP99Ms.toFixed(1)} ms`, ''],
      )
    },
    async rest() {
      const data = openDataFolder(`bench-${process.pid}`)
      const rest = await benchRest(data.path, signal).finally(data.remove)
      found.rest = rest
      rows.push(
        [`REST at ${rest.ordersPerSecond}/s: completed p50, bare`, `${rest.bare.p50Ms.toFixed(2)} ms`, ''],
        ['REST: completed p50, the lab', `${rest.lab.p50Ms.toFixed(2)} ms`, ''],
        ['  ratio', rest.ratio.toFixed(2), '≤ 3'],
      )
    },
    async judge() {
      const data = openDataFolder(`bench-${process.pid}`)
      const judged = []
      try {
        for (const kind of KINDS) judged.push(await benchJudge(kind, data.path, signal))
      } finally {
        data.remove()
      }
      found.judge = judged
      for (const { kind, orders, fileBytes, seconds, peakBytes } of judged)
        rows.push(
          [`judging ${orders.toLocaleString('en-US')} orders, ${kind}`, `${seconds.toFixed(0)} s`, '≤ 60 s'],
          ['  memory, at most', gigabytes(peakBytes), '≤ 2 GB'],
          ['  the file of the history', gigabytes(fileBytes), ''],
        )
    },
    async run() {
      const whole = await benchWholeRun(profile, RUNS, signal)
      found.run = whole
      rows.push(
        [`whole ${profile} run`, `${whole.seconds.toFixed(0)} s`, profile === 'full' ? '≤ 480 s' : ''],
        ['  first table after', `${whole.firstTableSeconds?.toFixed(0) ?? '–'} s`, '≤ 30 s'],
        ['  all processes together, at most', gigabytes(whole.peakBytes), '< 2 GB'],
      )
    },
  }
  for (const part of only ? [only] : PARTS) if (!signal.aborted) await parts[part]()
  console.log(draw(['what', 'found', 'goal'], rows, [0]))
  mkdirSync(RUNS, { recursive: true })
  const file = join(RUNS, `bench-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}.json`)
  writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`)
  console.log(
    `Processes that wanted a core before it began: ${waiting}. The more, the less the figures say of the lab.`,
  )
  console.log(`All figures: ${shortPath(file)}`)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function gigabytes(bytes: number | null): string {
  return bytes === null ? 'unknown' : `${(bytes / 2 ** 30).toFixed(2)} GB`
}
