// `npm run bench`: what the lab itself costs, beside what it should cost or beside a reference of the same minute. Nothing is
// asserted: absolute figures depend on what else the machine does.
import { Option } from 'commander'
import { loadavg } from 'node:os'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { PROFILES, type Profile } from '#engine/run/summary.ts'
import type { RowResult } from './bench-file.ts'
import { measureRow } from './pairs.ts'
import { LONG, type Line, PARTS } from './parts.ts'
import { performanceTable } from './performance-page.ts'
import { publish } from './publish.ts'
import { ROWS } from './rows.ts'
import {
  COULD_NOT_RUN,
  createProgram,
  INTERRUPTED,
  listenForInterrupt,
  runProgram,
} from '../../lab/cli/command-line.ts'
import { describeMachine, labVersion } from '../../lab/session/run-facts.ts'
import { draw } from '../../lab/report/terminal/table.ts'
import { RUNS, shortPath } from '../../lab/session/run-folder.ts'
import { openDataFolder } from '../../lab/session/sweep.ts'

/** `rest` stands for all rows whose names begin so. */
const GROUPS = ['rest', 'kafka', 'cpu', 'limits']
const CHOICES = [...ROWS.map(({ name }) => name), ...GROUPS, ...Object.keys(PARTS)]

const program = createProgram(
  'bench',
  'measure the models beside references of the same minute, the load generator, how a million orders are judged, a whole run, and what an order costs as a model grows',
)
  .addOption(
    new Option('--only <parts...>', 'some parts of it; by default all but growth and limits, which take long').choices(
      CHOICES,
    ),
  )
  .option('--quick', 'few orders and rounds, to see that it works')
  .addOption(new Option('--profile <profile>', 'of the whole run').choices(PROFILES).default('full'))
  .option('--publish [file]', 'measure nothing: publish the rows of a full bench, or render the published ones again')
  .addHelpText('after', '\nExample: npm run bench -- --only rest kafka-produce')
  .action(bench)

await runProgram(program)

type Options = { only?: string[]; quick?: true; profile: Profile; publish?: string | true }

async function bench(options: Options): Promise<void> {
  if (options.publish !== undefined) return publish(options.publish === true ? undefined : options.publish)
  const signal = listenForInterrupt()
  const isWanted = (name: string) =>
    options.only?.some(only => name === only || name.startsWith(`${only}-`)) ?? !LONG.includes(name)
  const waiting = loadavg()[0]?.toFixed(1) ?? 'unknown'
  const facts = { startedAt: new Date().toISOString(), machine: describeMachine(), version: labVersion(), waiting }
  const quick = options.quick ?? false
  const rows: RowResult[] = []
  const found: Record<string, unknown> = { ...facts, quick, rows }
  const lines: Line[] = []
  try {
    for (const row of ROWS.filter(({ name }) => isWanted(name))) {
      const data = openDataFolder(`bench-${process.pid}`)
      const context = { dataFolder: data.path, quick, signal, progress: console.error }
      rows.push(await measureRow(row, context).finally(data.remove))
    }
    for (const [name, part] of Object.entries(PARTS).filter(([name]) => isWanted(name))) {
      signal.throwIfAborted()
      const of = await part({ profile: options.profile, quick, signal })
      Object.assign(found, { [name]: of.found })
      lines.push(...of.lines)
    }
  } catch (error) {
    if (!signal.aborted) throw error
    process.exitCode = INTERRUPTED
  }
  if (rows.some(({ notMeasured }) => notMeasured !== undefined)) process.exitCode ??= COULD_NOT_RUN
  if (rows.length === 0 && lines.length === 0) return
  if (rows.length > 0) console.log(performanceTable(rows, draw))
  for (const { row, notMeasured } of rows) if (notMeasured !== undefined) console.log(`${row}: ${notMeasured}`)
  if (lines.length > 0) console.log(draw(['what', 'found', 'goal'], lines, [0]))
  makeFolder(RUNS)
  const file = join(RUNS, `bench-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}.json`)
  writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`)
  console.log(
    `Processes that wanted a core before it began: ${waiting}. The more, the less the figures say of the lab.`,
  )
  console.log(`All figures: ${shortPath(file)}`)
}
