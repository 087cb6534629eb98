/**
 * The program of a load generator, in a thread of the lab or as a process beside the services: one job, then progress and one
 * result. A thread exchanges messages with the lab's. A process reads the job as a line of JSON on its input and writes lines on
 * its output; a second line, or the end of the input, stops the load: whoever started it may be dead.
 */
import { createInterface } from 'node:readline'
import { parentPort, workerData } from 'node:worker_threads'
import type { FromGenerator } from './generator.ts'
import { type LoadJob, openLoop } from './open-loop.ts'

const stop = new AbortController()
if (parentPort) await serveThread(parentPort)
else serveProcess()

async function serveThread(port: NonNullable<typeof parentPort>): Promise<void> {
  const tell = (message: FromGenerator): void => port.postMessage(message)
  port.on('message', () => stop.abort())
  tell(await generate(workerData as LoadJob, tell))
  port.close()
}

function serveProcess(): void {
  const tell = (message: FromGenerator, then?: () => void): void =>
    void process.stdout.write(`${JSON.stringify(message)}\n`, then)
  const lines = createInterface({ input: process.stdin })
  lines.once('line', line => {
    lines.on('line', () => stop.abort())
    void generate(JSON.parse(line) as LoadJob, tell).then(message => tell(message, () => process.exit()))
  })
  lines.once('close', () => stop.abort())
}

async function generate(job: LoadJob, tell: (message: FromGenerator) => void): Promise<FromGenerator> {
  try {
    return {
      kind: 'result',
      result: await openLoop(job, stop.signal, progress => tell({ kind: 'progress', progress })),
    }
  } catch (cause) {
    return { kind: 'broken', detail: cause instanceof Error ? cause.message : String(cause) }
  }
}
