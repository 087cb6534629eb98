/**
 * Keeps the lab, and with it its load generator, on other CPUs than all that it starts, so that neither takes a core from the other.
 *
 * Guarantees: whoever is started after `pinApart` begins on the CPUs of the children, and what that starts stays there.
 * Not promised: that nobody else uses these CPUs, nor that a container is among the children: its engine started it.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Lists as `taskset` takes them: `0-1,3`. */
export type Cpus = { lab: string; children: string }

let ofChildren: string | undefined

/** The command as it is started on the CPUs of the children. It becomes the command by exec, so the pid is the command's own. */
export const onOwnCpus = (command: readonly string[]): readonly string[] =>
  ofChildren === undefined ? command : ['taskset', '--cpu-list', ofChildren, ...command]

/** For the rest of this process's life. @throws Error in one sentence when it cannot be done */
export function pinApart({ lab, children }: Cpus): void {
  const { error, status, stderr } = taskset('--all-tasks', '--cpu-list', '--pid', lab, String(process.pid))
  if (error || status !== 0)
    throw new Error(`The lab cannot be pinned to CPU ${lab} (${error?.message ?? stderr.trim()}).`)
  ofChildren = children
}

/** Whether there is `taskset` here. */
export const canPin = (): boolean => taskset('--version').status === 0

const taskset = (...args: string[]) => spawnSync('taskset', args, { encoding: 'utf8' })

/** The CPUs that this process may use; none where there is no /proc. */
export function allowedCpus(): number[] {
  try {
    const [, list = ''] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    return readCpus(list) ?? []
  } catch {
    return []
  }
}

const LARGEST = 8_191

/** `0-1,3` is 0, 1 and 3; undefined where it is no such list. */
export function readCpus(text: string): number[] | undefined {
  const parts = text.split(',').map(part => /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part))
  const cpus = parts.flatMap(part => {
    if (!part) return [Number.NaN]
    const [first, last] = [Number(part[1]), Number(part[2] ?? part[1])]
    return last < first ? [Number.NaN] : Array.from({ length: last - first + 1 }, (_, nth) => first + nth)
  })
  return cpus.every(cpu => cpu <= LARGEST) ? [...new Set(cpus)].sort((one, other) => one - other) : undefined
}
