/** Fetches an image into the engine, once, and says how far it is. Ends with the lab, and with `signal`. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startChild } from '#host/child.ts'
import type { ProvideOptions } from './broker.ts'
import { runDocker } from './run-docker.ts'

const LOOK_MS = 2000

export async function imageIsThere(image: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const args = ['image', 'inspect', '--format', '{{.Id}}', image]
  return runDocker(args, { env: environment }).then(
    () => true,
    () => false,
  )
}

/** Rejects with one sentence when the engine cannot have the image. */
export async function pullImage(image: string, options: ProvideOptions): Promise<void> {
  const { environment, progress, signal, dataFolder } = options
  if (await imageIsThere(image, environment)) return
  signal.throwIfAborted()
  progress(`${image}: pulling with Docker, once`)
  mkdirSync(dataFolder, { recursive: true })
  // Of its own: another pull may be under way in the same data folder.
  const folder = mkdtempSync(join(dataFolder, 'pull-'))
  const log = join(folder, 'output')
  const child = startChild({
    command: 'docker',
    args: ['pull', image],
    env: environment,
    stdoutFile: log,
    stderrFile: log,
  })
  const abort = (): void => child.kill()
  signal.addEventListener('abort', abort, { once: true })
  let told = ''
  const timer = setInterval(() => {
    const line = layersDone(readFileSync(log, 'utf8'))
    if (line !== told) progress(`${image}: ${line}`)
    told = line
  }, LOOK_MS)
  try {
    const { code } = await child.exited
    signal.throwIfAborted()
    if (code === 0) return
    const why = readFileSync(log, 'utf8').trim().split('\n').at(-1)
    throw new Error(`Docker cannot pull ${image} (${why}): see whether it reaches the registry, or load the image.`)
  } finally {
    clearInterval(timer)
    signal.removeEventListener('abort', abort)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Of what `docker pull` prints when it writes to no terminal: a line for each step of each layer. */
export function layersDone(output: string): string {
  const layers = new Set(output.match(/^[0-9a-f]{12}(?=:)/gm))
  const done = new Set(output.match(/^[0-9a-f]{12}(?=: (?:Pull complete|Already exists))/gm))
  return `${done.size} of ${layers.size} layers`
}
