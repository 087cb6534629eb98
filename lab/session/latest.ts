// `latest` beside the runs leads to the newest of them.
import { existsSync, realpathSync, renameSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** It is replaced at once, so that it always leads to a run; a run whose folder lies elsewhere leaves it as it is. */
export function pointLatest(out: string, folder: string): void {
  if (!existsSync(out) || realpathSync(dirname(folder)) !== realpathSync(out)) return
  const id = basename(folder)
  const next = join(out, `.latest-${id}`)
  symlinkSync(id, next)
  renameSync(next, join(out, 'latest'))
}
