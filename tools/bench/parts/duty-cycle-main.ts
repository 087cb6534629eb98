/**
 * Holds processes to a share of the time, from a process of its own: it stops and continues them in turn, many times a second.
 * Guarantees: they run when it ends by itself, and when its parent has ended; whoever kills it has to continue them.
 * A timer that is late is made up for in the next period.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { DutyCycle } from './duty-cycle.ts'

const { targets, share, periodMs } = JSON.parse(process.argv[2] ?? '') as DutyCycle

const signalAll = (signal: 'SIGSTOP' | 'SIGCONT'): void => {
  for (const target of targets)
    try {
      process.kill(target, signal)
    } catch {
      // It has ended.
    }
}
function end(): void {
  signalAll('SIGCONT')
  process.exit()
}
process.on('disconnect', end)
process.on('SIGTERM', end)

let runMs = 0
let stoppedMs = 0
for (;;) {
  signalAll('SIGCONT')
  const began = performance.now()
  await wait(share * periodMs)
  signalAll('SIGSTOP')
  const stopped = performance.now()
  runMs += stopped - began
  await wait(Math.max(0, (runMs * (1 - share)) / share - stoppedMs))
  stoppedMs += performance.now() - stopped
}
