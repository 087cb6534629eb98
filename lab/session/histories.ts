// The histories of a run: beside its results, or, of a run that was published, in a folder of their own.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '#common/contracts/errors.ts'
import { parse } from '#common/contracts/parse.ts'
import { HISTORY_FORMAT, type History } from '#engine/run/history.ts'
import { readHistoryFile } from '#engine/run/history-file.ts'
import { HistorySchema } from '#engine/run/history-schema.ts'
import { historyFile } from '#engine/run/result.ts'
import { UsageError } from '../cli/usage.ts'
import { requireFormat, shortPath } from './run-folder.ts'

/** In the folder of published results. */
export const HISTORIES = 'histories'

type Of = { model: string; experiment: string; variant: string }

/** @param folder of published results */
export const archiveFile = (folder: string, { model, experiment, variant }: Of): string =>
  historyFile(join(folder, HISTORIES, model, experiment), variant)

/** The file that holds it; undefined where there is none. @param folder of a run, or of published results */
export function findHistory(folder: string, of: Of): string | undefined {
  const files = [historyFile(join(folder, of.model, of.experiment), of.variant), archiveFile(folder, of)]
  return files.find(file => existsSync(file))
}

/** @throws UsageError in one sentence that names the file */
export async function readHistory(file: string): Promise<History> {
  try {
    const history = await readHistoryFile(file)
    requireFormat(history, HISTORY_FORMAT, file)
    return parse(HistorySchema, history, 'history')
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(
      `${shortPath(file)} is not a readable history (${whyUnread(error)}); run its experiment again, or delete it to keep the result unchanged.`,
    )
  }
}

/** In one line: a message about JSON shows a piece of it. */
function whyUnread(error: unknown): string {
  const why = error instanceof LabError ? error.detail : error instanceof Error ? error.message : String(error)
  return why.replaceAll(/[\s\p{Cc}]+/gu, ' ')
}
