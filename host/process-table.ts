/**
 * Processes of this machine: which run, which belong together, what each has used, and who owns a lease or a run.
 *
 * Guarantees that a child that ended and was waited for stays counted, with its parent: that is how the kernel keeps it; and that
 * a pid that was given out again is not mistaken for its former holder. Does not reach a process that left both its group and its
 * parent. What processes have used is read from /proc, which Linux has; CPU time comes in steps of 10 ms.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** The unit of times in /proc: the same on every architecture that runs Node. */
const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4_096

export type ProcessRow = {
  pid: number
  parent: number
  /** The pid of the leader of its process group. */
  group: number
  /** Since boot: with the pid it names a process for ever. */
  startTicks: number
  /** User and system, with that of children that have ended. */
  cpuSeconds: number
  /** Pages that several processes share are counted for each. */
  residentBytes: number
}

/** All processes by pid; null where there is no /proc. */
export function readProcesses(): Map<number, ProcessRow> | null {
  try {
    const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
    const rows = pids.flatMap(pid => rowOf(Number(pid)) ?? [])
    return new Map(rows.map(row => [row.pid, row]))
  } catch {
    return null
  }
}

/** The process, what is in its group and what descends from either; empty when there is no such process. */
export function familyOf(rows: ReadonlyMap<number, ProcessRow>, root: number): ProcessRow[] {
  const belongs = (pid: number): boolean => {
    const row = rows.get(pid)
    return row !== undefined && (pid === root || row.group === root || belongs(row.parent))
  }
  return rows.has(root) ? [...rows.values()].filter(({ pid }) => belongs(pid)) : []
}

/** The families of all of these; null where there are none, or one of them is not there. */
export function familiesOf(rows: ReadonlyMap<number, ProcessRow>, roots: readonly number[]): ProcessRow[] | null {
  const families = roots.map(root => familyOf(rows, root))
  return families.length > 0 && families.every(family => family.length > 0) ? families.flat() : null
}

/** User and system time of the thread in which a program begins, which is the one of JavaScript in Node; undefined where it cannot be read. */
export function mainThreadSeconds(pid: number): number | undefined {
  try {
    return ownSeconds(statOf(`${pid}/task/${pid}`))
  } catch {
    return undefined
  }
}

/** Undefined for a process that has just ended. */
function rowOf(pid: number): ProcessRow | undefined {
  try {
    const fields = statOf(`${pid}`)
    const field = (nth: number): number => Number(fields[nth])
    return {
      pid,
      parent: field(1),
      group: field(2),
      startTicks: field(19),
      cpuSeconds: ownSeconds(fields) + (field(13) + field(14)) / TICKS_PER_SECOND,
      residentBytes: field(21) * PAGE_BYTES,
    }
  } catch {
    return undefined
  }
}

const ownSeconds = (fields: readonly string[]): number => (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND

/** The fields of a process's or thread's stat from the state on. The name before them may hold spaces and parentheses. @throws Error when it has ended */
function statOf(folder: string): string[] {
  const text = readFileSync(`/proc/${folder}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** Who holds a lease or a run: a process, known by pid and start time together. */
export type Owner = { pid: number; startTime: string; host: string }

/** State letter and start time of a process, or undefined when there is none. */
function inspect(pid: number): { state: string; startTime: string } | undefined {
  try {
    if (process.platform === 'linux') {
      const fields = statOf(`${pid}`)
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

/** Whether the owner still runs; one on another host is never judged dead. */
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
