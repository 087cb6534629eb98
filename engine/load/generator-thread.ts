/** The body of the generator's thread: one job from its maker, progress and one result back. */
import { parentPort, workerData } from 'node:worker_threads'
import type { FromGenerator } from './generator.ts'
import { type LoadJob, openLoop } from './open-loop.ts'

const port = parentPort
if (port === null) throw new Error('This file is the generator of a load and only runs as its thread.')
const tell = (message: FromGenerator): void => port.postMessage(message)

const stop = new AbortController()
port.on('message', () => stop.abort())
const job: LoadJob = workerData
try {
  tell({ kind: 'result', result: await openLoop(job, stop.signal, progress => tell({ kind: 'progress', progress })) })
} catch (cause) {
  tell({ kind: 'broken', detail: cause instanceof Error ? cause.message : String(cause) })
}
port.close()
