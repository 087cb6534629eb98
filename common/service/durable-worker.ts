// Works through rows of a store until none is left: the core of the outbox relay and of the retry workers.
// Guarantees: a row is worked on until its `run` has resolved, which is also what removes it; what waits, waits in the
// store, and at most a window of rows is in memory. Runs begin in the order of the rows. After one that failed nothing
// new begins until all in flight have ended and a pause has passed; pauses grow until a run succeeds.
// Not promised: that a row is worked on once. After a crash between the work and its removal it is worked on again.
import { createBackoff, type Pace } from './retry.ts'

export type DurableWorker = {
  /** Says that there may be new rows. */
  notify(): void
  /** Resolves when the service is closing and nothing is in flight. */
  ended: Promise<void>
}

export type WorkerParts<Row extends { seq: number }> = {
  /** The first rows after `after`, at most `limit`. */
  pending(after: number, limit: number): Promise<Row[]>
  /** Works on the row and removes it. Rejects when it is to be worked on again. */
  run(row: Row): Promise<void>
  /** At most so many runs at once. */
  window: number
  /**
   * `first`: rows fail together and their order matters; after a failure it goes on with the first row.
   * `behind`: rows fail each for itself; a window of rows is a batch, the next batch begins when all of it have ended, and
   * after a failure it goes on behind the failed rows, so that the others have their turn.
   */
  resume: 'first' | 'behind'
  /** Resolves when runs may begin; awaited at the start and after each failure. May reject when the service is closing. */
  ready?(): Promise<void>
  onSuccess?(row: Row): void
  /** `row` is undefined when the rows could not be read, or `ready` rejected. */
  onFailure(error: unknown, row?: Row): void
  /** Nothing is left to do. */
  onIdle?(): void
  closing: AbortSignal
  pace?: Pace
}

export function startDurableWorker<Row extends { seq: number }>(parts: WorkerParts<Row>): DurableWorker {
  const { run, closing, onFailure } = parts
  const backoff = createBackoff(closing, parts.pace)
  const inFlight = new Set<Promise<void>>()
  let notified = Promise.withResolvers<void>()
  const notify = () => notified.resolve()
  closing.addEventListener('abort', notify)
  let after = 0
  let hasFailed = false

  function begin(row: Row): void {
    after = row.seq
    const running = run(row)
      .then(() => {
        backoff.reset()
        parts.onSuccess?.(row)
      })
      .catch((error: unknown) => {
        hasFailed = true
        onFailure(error, row)
      })
      .finally(() => {
        inFlight.delete(running)
        notify()
      })
    inFlight.add(running)
  }

  /** Begins what may begin, and waits until more may. */
  async function advance(): Promise<void> {
    // Made before the rows are read, so that no notification is missed.
    notified = Promise.withResolvers()
    const isInBatch = parts.resume === 'behind' && inFlight.size > 0
    const rows = isInBatch ? [] : await parts.pending(after, parts.window - inFlight.size)
    if (hasFailed || closing.aborted) return
    for (const row of rows) begin(row)
    const isIdle = inFlight.size === 0
    // Rows before `after` are failed ones, or came meanwhile.
    if (isIdle && after > 0) return void (after = 0)
    if (isIdle) parts.onIdle?.()
    if (!closing.aborted) await notified.promise
  }

  async function advanceUntilFailure(): Promise<void> {
    await parts.ready?.()
    while (!closing.aborted && !hasFailed) await advance()
  }

  async function work(): Promise<void> {
    while (!closing.aborted) {
      hasFailed = false
      await advanceUntilFailure().catch((error: unknown) => {
        if (!closing.aborted) onFailure(error)
      })
      await Promise.all(inFlight)
      if (parts.resume === 'first') after = 0
      if (!closing.aborted) await backoff.pause()
    }
  }
  return { notify, ended: work() }
}
