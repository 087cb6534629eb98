// The facts of a run that its results name: the machine, the version of the lab, the brokers.
import { arch, cpus, platform, release, totalmem } from 'node:os'
import type { Summary } from '#engine/run/summary.ts'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ofTheMachine } from '#host/environment.ts'
import about from '../../package.json' with { type: 'json' }
import { ROOT } from './run-folder.ts'

export function describeMachine(): Summary['machine'] {
  const processors = cpus()
  return {
    system: `${platform()} ${release()} ${arch()}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  }
}

export const machineText = ({ cores, cpu, memoryGb, system, node }: Summary['machine']): string =>
  `${cores} × ${cpu}, ${memoryGb} GB, ${system}, Node ${node}`

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
    // Without GIT_DIR, which would name another repository.
    const env = ofTheMachine(process.env)
    return execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}

/** Says which broker is not the one of the earlier results; undefined where all are. A resumed run may find other brokers. */
export function otherBroker(before: Summary['brokers'], now: Summary['brokers']): string | undefined {
  const nameOf = ({ version, source }: Summary['brokers'][string]) => `${version} (${source})`
  for (const [kind, broker] of Object.entries(now)) {
    const earlier = before[kind]
    if (earlier && nameOf(earlier) !== nameOf(broker))
      return `${kind} is ${nameOf(broker)} now, and the earlier results ran on ${nameOf(earlier)}; provide that broker again, or start a new comparison`
  }
  return undefined
}
