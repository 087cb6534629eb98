/**
 * `lab judge` on a run of a million orders, in a process of its own: what it takes from its start to its end, with all that it
 * does. The peak of its memory is that of Linux, which counts what was ever resident; null where there is no /proc.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { historyFile } from '#engine/run/result.ts'
import { ROOT } from '../../../lab/session/run-folder.ts'

const ORDERS = 1_000_000
const EVERY_MS = 100

export const KINDS = ['whole', 'troubled'] as const

export type JudgeBench = {
  kind: (typeof KINDS)[number]
  orders: number
  fileBytes: number
  seconds: number
  peakBytes: number | null
  exitCode: number | null
  said: string
}

/** @param dataFolder for the run */
export async function benchJudge(
  kind: (typeof KINDS)[number],
  dataFolder: string,
  signal: AbortSignal,
  orders = ORDERS,
): Promise<JudgeBench> {
  const run = join(dataFolder, kind)
  await ended([fileURLToPath(new URL('../testing/write-run.ts', import.meta.url)), run, String(orders), kind], signal)
  const file = historyFile(join(run, 'sync-rest', 'baseline-latency'), 'steady')
  const fileBytes = statSync(file).size
  const began = performance.now()
  const judged = await ended([join(ROOT, 'lab/cli/main.ts'), 'judge', run], signal)
  return { kind, orders, fileBytes, seconds: (performance.now() - began) / 1_000, ...judged }
}

async function ended(
  args: readonly string[],
  signal: AbortSignal,
): Promise<Pick<JudgeBench, 'peakBytes' | 'exitCode' | 'said'>> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], signal, cwd: ROOT })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (said += text))
  let peakBytes: number | null = null
  const timer = setInterval(() => void (peakBytes = peakOf(child.pid) ?? peakBytes), EVERY_MS)
  try {
    await once(child, 'close')
  } finally {
    clearInterval(timer)
  }
  return { peakBytes, exitCode: child.exitCode, said }
}

function peakOf(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024
  } catch {
    return undefined
  }
}
