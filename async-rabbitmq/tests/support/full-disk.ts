// A disk that is full for one process: its files may not grow past their present size (the system's own limit).
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceName, TestDeployment } from './deployment.ts'

/** Of util-linux, which every Debian has. */
const PRLIMIT = 'prlimit'

export function fillDisk(place: TestDeployment, name: ServiceName): { makeRoom(): void } {
  const folder = join(place.folder, name)
  const largest = Math.max(...readdirSync(folder).map(file => statSync(join(folder, file)).size))
  // Only the soft limit: it can be raised again without being root.
  const limit = (bytes: string) => execFileSync(PRLIMIT, ['--pid', String(place.pid(name)), `--fsize=${bytes}:`])
  limit(String(largest))
  return { makeRoom: () => void limit('unlimited') }
}
