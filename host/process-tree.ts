/**
 * Processes of this machine as Linux shows them in /proc: who belongs to whom, and what each has used.
 * Guarantees that a child that ended and was waited for stays counted, with its parent: that is how the kernel keeps it. Does
 * not reach a process that left both its group and its parent. CPU time comes in steps of 10 ms.
 */
import { readdirSync, readFileSync } from 'node:fs'

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

/** Undefined for a process that has just ended. */
function rowOf(pid: number): ProcessRow | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces and parentheses: what counts follows the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const field = (nth: number): number => Number(fields[nth])
    return {
      pid,
      parent: field(1),
      group: field(2),
      startTicks: field(19),
      cpuSeconds: (field(11) + field(12) + field(13) + field(14)) / TICKS_PER_SECOND,
      residentBytes: field(21) * PAGE_BYTES,
    }
  } catch {
    return undefined
  }
}
