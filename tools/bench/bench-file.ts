/**
 * The file of a bench's figures: in runs/, and, once published, docs/performance.json, from which docs/performance.md is rendered.
 */
import { Type, type Static } from '#common/contracts/type.ts'
import { parse } from '#common/contracts/parse.ts'
import { UsageError } from '../../lab/cli/usage.ts'
import { shortPath } from '../../lab/session/run-folder.ts'

const FigureResult = Type.Object({
  name: Type.String(),
  unit: Type.String(),
  goal: Type.Union([
    Type.Object({ atLeast: Type.Number() }),
    Type.Object({ atMost: Type.Number() }),
    Type.Object({ labAtMost: Type.Number() }),
  ]),
  /** A value for each round, as in `reference`. */
  lab: Type.Array(Type.Number()),
  reference: Type.Array(Type.Number()),
})
export type FigureResult = Static<typeof FigureResult>

const RowResult = Type.Object({
  row: Type.String(),
  /** One sentence where it could not be measured; there are no figures then. */
  notMeasured: Type.Optional(Type.String()),
  figures: Type.Array(FigureResult),
  /** How many cores a thread or a process had in each round of the lab, by its name; none where it is unknown. */
  cores: Type.Optional(Type.Record(Type.String(), Type.Array(Type.Number()))),
  /** Cores that other programs used meanwhile; null where it is unknown. */
  othersCores: Type.Union([Type.Number(), Type.Null()]),
  /** The share of all cores that was idle while a side was measured, 0 to 1, for each round; none where it is unknown. */
  idle: Type.Object({ lab: Type.Array(Type.Number()), reference: Type.Array(Type.Number()) }),
})
export type RowResult = Static<typeof RowResult>

const BenchFile = Type.Object({
  startedAt: Type.String(),
  machine: Type.Object({
    system: Type.String(),
    cpu: Type.String(),
    cores: Type.Number(),
    memoryGb: Type.Number(),
    node: Type.String(),
  }),
  version: Type.String(),
  /** Processes that wanted a core before it began. */
  waiting: Type.String(),
  quick: Type.Boolean(),
  rows: Type.Array(RowResult),
})
export type BenchFile = Static<typeof BenchFile>

/** @param path for messages @throws UsageError where it is not such a file */
export function readBenchFile(text: string, path: string): BenchFile {
  try {
    return parse(BenchFile, JSON.parse(text), path)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${shortPath(path)} is no result of npm run bench (${why}).`)
  }
}

/** What of it is published: its rows, in this sequence. @throws UsageError with one sentence when it cannot be published */
export function publishable(file: BenchFile, names: readonly string[]): BenchFile {
  const { startedAt, machine, version, waiting, quick, rows } = file
  if (quick) throw new UsageError('It is a quick bench, and only a full one can be published.')
  const ordered = names.map(name => {
    const row = rows.find(each => each.row === name)
    if (row === undefined) throw new UsageError(`It is incomplete: it lacks ${name}.`)
    if (row.notMeasured === undefined) return row
    throw new UsageError(`It is incomplete: ${name} was not measured (${row.notMeasured}).`)
  })
  return { startedAt, machine, version, waiting, quick, rows: ordered }
}
