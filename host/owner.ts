/**
 * Who holds a lease or a run: a process, known by pid and start time together, so that a pid that was
 * given out again is not mistaken for its former holder. Processes of another host are never judged dead.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

export type Owner = { pid: number; startTime: string; host: string }

/** State letter and start time of a process, or undefined when there is none. */
function inspect(pid: number): { state: string; startTime: string } | undefined {
  try {
    if (process.platform === 'linux') {
      // The name in parentheses may hold spaces and parentheses: what counts follows the last one.
      const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
      return { state: fields[0] ?? '', startTime: fields[19] ?? '' }
    }
    const args = ['-o', 'stat=,lstart=', '-p', String(pid)]
    const text = execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    return { state: text[0] ?? '', startTime: text.slice(text.indexOf(' ')).trim() }
  } catch {
    return undefined
  }
}

/** True while a process runs; a zombie does not run. */
export function isRunning(pid: number): boolean {
  const found = inspect(pid)
  return found !== undefined && found.state !== 'Z' && found.state !== 'X'
}

export function thisOwner(): Owner {
  return { pid: process.pid, startTime: inspect(process.pid)?.startTime ?? '', host: hostname() }
}

export function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true
  return isRunning(owner.pid) && inspect(owner.pid)?.startTime === owner.startTime
}

/** Reads an owner from parsed JSON; undefined for anything else, such as a file cut off by a crash. */
export function parseOwner(value: unknown): Owner | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!('pid' in value && 'startTime' in value && 'host' in value)) return undefined
  const { pid, startTime, host } = value
  if (typeof pid !== 'number' || typeof startTime !== 'string' || typeof host !== 'string') return undefined
  return { pid, startTime, host }
}
