// The summary of a run, as it is put on disk. Guarantees that a reader sees the old one or the new one, each whole, also when
// the lab is killed meanwhile: a comparison is gone on with from it. Does not survive a loss of power.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Summary } from '#engine/run/summary.ts'

/** @param folder of the run @throws the error of the file system; the old summary is then as it was */
export function saveSummary(summary: Summary, folder: string): void {
  const beside = join(folder, '.summary.json')
  writeFileSync(beside, `${JSON.stringify(summary, null, 2)}\n`)
  renameSync(beside, join(folder, 'summary.json'))
}
