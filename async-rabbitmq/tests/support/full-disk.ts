// A disk that is full for one process: its files may not grow past their present size (a limit of the system).
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RabbitmqSystem } from './system.ts'

/** Of util-linux, which every Debian has. */
const PRLIMIT = 'prlimit'

export function fillDisk(system: RabbitmqSystem, service: string): { makeRoom(): void } {
  const folder = system.dataOf(service)
  const largest = Math.max(...readdirSync(folder).map(file => statSync(join(folder, file)).size))
  const pid = String(system.processOf(service)?.pid)
  // Only the soft limit: a process that is not root may raise it again.
  const limit = (bytes: string) => execFileSync(PRLIMIT, ['--pid', pid, `--fsize=${bytes}:`])
  limit(String(largest))
  return { makeRoom: () => void limit('unlimited') }
}
