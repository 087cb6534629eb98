// Which version of the lab this is, as results name it.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import about from '../../package.json' with { type: 'json' }
import { ROOT } from './runs.ts'

/** `0.1.0 (3237aa3)`; `0.1.0 (3237aa3, edited)` where files differ from the commit; `0.1.0` without a checkout or git. */
export function labVersion(root = ROOT): string {
  if (!existsSync(join(root, '.git'))) return about.version
  const commit = git(root, 'rev-parse', '--short', 'HEAD')
  if (commit === undefined) return about.version
  const edits = git(root, 'status', '--porcelain', '--untracked-files=no')
  return `${about.version} (${commit}${edits === '' ? '' : ', edited'})`
}

function git(cwd: string, ...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}
