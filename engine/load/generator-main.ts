/**
 * The generator of a load as a program of its own, for where the services are: a job as a line of JSON on its input,
 * progress and one result as lines on its output. A second line, or the end of the input, stops the load: whoever
 * started it may be dead.
 */
import { createInterface } from 'node:readline'
import type { FromGenerator } from './generator.ts'
import { type LoadJob, openLoop } from './open-loop.ts'

const tell = (message: FromGenerator, then?: () => void): void =>
  void process.stdout.write(`${JSON.stringify(message)}\n`, then)

const stop = new AbortController()
const lines = createInterface({ input: process.stdin })
lines.once('line', line => {
  lines.on('line', () => stop.abort())
  void generate(JSON.parse(line) as LoadJob).then(message => tell(message, () => process.exit()))
})
lines.once('close', () => stop.abort())

async function generate(job: LoadJob): Promise<FromGenerator> {
  try {
    return {
      kind: 'result',
      result: await openLoop(job, stop.signal, progress => tell({ kind: 'progress', progress })),
    }
  } catch (cause) {
    return { kind: 'broken', detail: cause instanceof Error ? cause.message : String(cause) }
  }
}
