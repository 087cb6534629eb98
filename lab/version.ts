// Which version of the lab this is, as results name it.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import about from '../package.json' with { type: 'json' }
import { ROOT } from './runs.ts'

/** `0.1.0 (3237aa3)`; without the commit where this is no checkout, or git is missing. */
export function labVersion(): string {
  const commit = existsSync(join(ROOT, '.git')) ? commitOf(ROOT) : undefined
  return commit === undefined ? about.version : `${about.version} (${commit})`
}

function commitOf(cwd: string): string | undefined {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return undefined
  }
}
