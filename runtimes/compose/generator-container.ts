// The load generator in a container of its own, in the network of a project: for engines whose containers have another
// clock than this kernel. It ends with the lab: its input is the lab's pipe.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { type FromGenerator, jobOf, type RunLoad } from '#engine/load/generator.ts'
import type { LoadResult } from '#engine/load/attempt.ts'

/** Its name in the network of the project. */
export const GENERATOR = 'generator'
const IMAGE = 'communication-models-lab'
const END_MS = 20_000
const MAIN = 'engine/load/generator-main.ts'

/** The label is of those by which a project is removed. */
const argsOf = (project: string): string[] => {
  const place = [
    '--network',
    `${project}_default`,
    '--network-alias',
    GENERATOR,
    '--label',
    `com.docker.compose.project=${project}`,
  ]
  return ['run', '--rm', '--interactive', '--init', ...place, IMAGE, 'node', MAIN]
}

export const runLoadInContainer =
  (project: string): RunLoad =>
  async options => {
    const { follow } = options
    // Webhooks come from other containers.
    const job = jobOf(follow?.by === 'webhook' ? { ...options, follow: { ...follow, host: '0.0.0.0' } } : options)
    // Ctrl-C is the lab's to handle, so the terminal must not reach the child.
    const child = spawn('docker', argsOf(project), { detached: true, stdio: 'pipe' })
    const ended = once(child, 'close')
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-400)))
    child.stdin.on('error', () => {}) // reported by its end
    child.stdin.write(`${JSON.stringify(job)}\n`)
    const stop = () => child.stdin.write('stop\n')
    options.signal?.addEventListener('abort', stop, { once: true })
    if (options.signal?.aborted) stop()
    try {
      return await new Promise<LoadResult>((resolve, reject) => {
        createInterface({ input: child.stdout }).on('line', line => {
          const message = messageOf(line)
          if (!message)
            reject(new Error(`The load generator's container says what is no message: ${line.slice(0, 200)}`))
          else if (message.kind === 'progress') options.onProgress?.(message.progress)
          else if (message.kind === 'result') resolve(message.result)
          else reject(new Error(`The load generator broke: ${message.detail}.`))
        })
        ended.then(() => reject(new Error(`The load generator's container ended early: ${errors.trim()}`)), reject)
      })
    } finally {
      options.signal?.removeEventListener('abort', stop)
      child.stdin.end()
      // The container, should it outlast its client, goes with the project.
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS)
      await ended.finally(() => clearTimeout(timer))
    }
  }

/** Undefined for a line that is not the generator's, such as a warning. */
function messageOf(line: string): FromGenerator | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as FromGenerator) : undefined
  } catch {
    return undefined
  }
}
