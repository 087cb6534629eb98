/**
 * Judges what a lane has recorded and writes the report, in a thread of its own: with many orders both take seconds, in which the other
 * lanes would stand still. What is judged is the file of the history, as by `lab judge`.
 */
import { Worker } from 'node:worker_threads'
import type { Script } from '#engine/experiment/script-format.ts'
import type { Result, Summary } from '#engine/run/summary.ts'

/** `name`: that of the result. `file`: of the history. `seconds`: how long the lane took to be put right and read. */
export type JudgeJob = { kind: 'judge'; model: string; script: Script; name: string; file: string; seconds: number }
export type ReportJob = { kind: 'report'; summary: Summary; folder: string }

/** @throws Error in one sentence when the history cannot be read */
export const judgeInThread = (job: Omit<JudgeJob, 'kind'>): Promise<Result> => inThread({ ...job, kind: 'judge' })

/** Resolves with the path of the file. @throws Error in one sentence */
export const reportInThread = (summary: Summary, folder: string): Promise<string> =>
  inThread({ kind: 'report', summary, folder })

function inThread<Answer>(job: JudgeJob | ReportJob): Promise<Answer> {
  const worker = new Worker(new URL('./judging-main.ts', import.meta.url), { workerData: job })
  return new Promise((resolve, reject) => {
    worker.on('message', (answer: Answer) => {
      resolve(answer)
      void worker.terminate()
    })
    worker.on('error', reject)
    worker.on('exit', code => reject(new Error(`the thread that judges ended early, with code ${code}`)))
  })
}
