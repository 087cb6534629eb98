/** Ends an attempt at its deadline: never before it, and after it only by what the event loop is late. */
import { monotonicNs } from '#common/contracts/clock.ts'

/** Aborts `control` with the reason `deadline` at `dueNs` of the monotonic clock; the result calls that off. */
export function abortAt(dueNs: number, control: AbortController): () => void {
  let timer: NodeJS.Timeout | undefined
  // A timer counts from the beginning of the loop's turn, so after a long turn it fires early, and waits again.
  const wait = (): void => {
    const leftMs = Math.ceil((dueNs - monotonicNs()) / 1e6)
    if (leftMs > 0) timer = setTimeout(wait, leftMs)
    else control.abort('deadline')
  }
  wait()
  return () => clearTimeout(timer)
}
