// The histories of a run: as JSON beside its results, or, of a run that was published, as archives in a folder of their own.
import { Type } from 'typebox'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from '#common/contracts/parse.ts'
import { unpackHistory } from '#engine/run/history-archive.ts'
import type { History } from '#engine/run/history.ts'
import { historyFile } from '#engine/run/result.ts'
import { shortPath } from './run-folder.ts'
import { UsageError } from '../cli/usage.ts'

/** In the folder of published results. */
export const HISTORIES = 'histories'
const ARCHIVED = '.zst'

type Of = { model: string; experiment: string; variant: string }

/** @param folder of published results */
export const archiveFile = (folder: string, { model, experiment, variant }: Of): string =>
  `${historyFile(join(folder, HISTORIES, model, experiment), variant)}${ARCHIVED}`

/** The file that holds it; undefined where there is none. @param folder of a run, or of published results */
export function findHistory(folder: string, of: Of): string | undefined {
  const files = [historyFile(join(folder, of.model, of.experiment), of.variant), archiveFile(folder, of)]
  return files.find(file => existsSync(file))
}

/** Only the outer shape, to detect a wrong file: a run's own histories are trusted. */
const Rows = Type.Array(Type.Object({}))
const HistorySchema = Type.Unsafe<History>(
  Type.Object({
    planned: Rows,
    attempts: Rows,
    originNs: Type.Number(),
    executedSteps: Rows,
    evidence: Type.Object({ orders: Rows, decisions: Rows, notifications: Rows }),
  }),
)

/** @throws UsageError that names the file */
export function readHistory(file: string): History {
  try {
    const bytes = readFileSync(file)
    return parse(HistorySchema, file.endsWith(ARCHIVED) ? unpackHistory(bytes) : JSON.parse(bytes.toString()), file)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(
      `${shortPath(file)} is not a readable history (${why}); delete it to keep the result unchanged.`,
    )
  }
}
