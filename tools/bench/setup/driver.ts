/**
 * A process of its own that does one job and answers with one result: what measures does not take part in what is measured, and
 * starts as cold as a tool of Java's. It ends with its parent, and when the signal is aborted.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'

/** @throws Error when it ends without a result */
export async function runDriver<Result>(file: URL, job: object, signal: AbortSignal): Promise<Result> {
  const child = fork(file, [JSON.stringify(job)], { signal })
  const ended = once(child, 'exit')
  const early = ended.then(([code]) =>
    Promise.reject(new Error(`${basename(file.pathname)} ended early, with code ${code}.`)),
  )
  const [result] = (await Promise.race([once(child, 'message'), early])) as [Result]
  await ended
  return result
}

/** In the process itself: does its job, and ends. */
export async function drive<Job>(work: (job: Job) => Promise<object>): Promise<void> {
  process.on('disconnect', () => process.exit())
  const result = await work(JSON.parse(process.argv[2] ?? '') as Job)
  process.send?.(result, () => process.disconnect())
}
