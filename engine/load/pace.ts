/**
 * Starts things at planned moments, whatever became of those before.
 *
 * Guarantees: each is started in sequence, none before its moment, and none waits for another's end. It sleeps to 2 ms
 * before a start and turns the event loop for the rest, because a timer alone is milliseconds late.
 * Does not guarantee punctuality on a machine whose cores are taken: lateness is recorded by the caller and judged.
 */
import { monotonicNs } from '#common/contracts/clock.ts'

const SPIN_NS = 2_000_000

/** Resolves when the last was started or `stop` fired; `start` gets the position in `startsNs`, which must ascend. */
export function pace(startsNs: readonly number[], start: (position: number) => void, stop: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    let position = 0
    let sleep: NodeJS.Timeout | undefined
    const end = (): void => {
      stop.removeEventListener('abort', end)
      clearTimeout(sleep)
      resolve()
    }
    const turn = (): void => {
      if (stop.aborted) return
      let next = startsNs[position]
      while (next !== undefined && next <= monotonicNs()) {
        start(position++)
        next = startsNs[position]
      }
      if (next === undefined) return end()
      const sleepMs = Math.floor((next - monotonicNs() - SPIN_NS) / 1e6)
      if (sleepMs >= 1) sleep = setTimeout(turn, sleepMs)
      else setImmediate(turn)
    }
    stop.addEventListener('abort', end)
    if (stop.aborted) end()
    else turn()
  })
}
