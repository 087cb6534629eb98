/**
 * The lab's use of Docker's engine: commands with a deadline, images, and containers by their owner.
 * Guarantees that a container without the lab's labels, or with a living owner, is left alone.
 */
import { basename, join } from 'node:path'
import { isAlive, type Owner, parseOwner, thisOwner } from '#host/process-table.ts'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { startChild } from '#host/child.ts'
import type { ProvideOptions } from './broker.ts'
import { runTool, type ToolOptions } from './machine-tools.ts'

const RUN = 'communication-models-lab'
const OWNER = `${RUN}.owner`

/** Options of `docker create`. */
export function labelsOf(dataFolder: string): string[] {
  return ['--label', `${RUN}=${basename(dataFolder)}`, '--label', `${OWNER}=${JSON.stringify(thisOwner())}`]
}

/** Removes the containers of dead labs with their data; resolves with their names. What `signal` cuts off, the next sweeps. */
export async function sweepContainers(environment: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string[]> {
  const format = `{{.Names}} {{.Label "${OWNER}"}}`
  const listing = await runDocker(['ps', '--all', '--filter', `label=${OWNER}`, '--format', format], {
    env: environment,
    signal,
  })
  const dead = ownedContainers(listing).filter(({ owner }) => !isAlive(owner))
  for (const { name } of dead) await removeContainer(name, environment, signal)
  return dead.map(({ name }) => name)
}

/** Of lines with a name and its owner as JSON. What else Docker prints is passed over. */
export function ownedContainers(listing: string): { name: string; owner: Owner }[] {
  return listing.split('\n').flatMap(line => {
    const [, name, json] = /^(\S+) (\{.*\})$/.exec(line) ?? []
    const owner = json && parseOwner(parsed(json))
    return name && owner ? [{ name, owner }] : []
  })
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** With its volumes; one that is gone already is no error. */
export async function removeContainer(
  name: string,
  environment: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<void> {
  const removed = runDocker(['rm', '--force', '--volumes', name], { env: environment, signal })
  // Another lab may be sweeping too.
  await removed.catch(unless(/No such container|already in progress/))
}

/** For errors that say that nothing is left to do: does `instead`, and throws every other error. */
export function unless(harmless: RegExp, instead = (): void => {}): (error: unknown) => void {
  return error => {
    if (!harmless.test(String(error))) throw error
    instead()
  }
}

const VERSION_MS = 5000

/** Rejects when no engine answers within some seconds. */
export async function engineVersion(environment: NodeJS.ProcessEnv): Promise<string> {
  const signal = AbortSignal.timeout(VERSION_MS)
  try {
    const args = ['version', '--format', '{{.Server.Version}}']
    return (await runTool('docker', args, { env: environment, signal })).trim()
  } catch (error) {
    throw signal.aborted ? new Error(`docker version hangs for ${VERSION_MS / 1000} s.`) : error
  }
}

const POLL_MS = 2000

export async function imageIsThere(image: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const args = ['image', 'inspect', '--format', '{{.Id}}', image]
  return runDocker(args, { env: environment }).then(
    () => true,
    () => false,
  )
}

/** Fetches an image into the engine once, with progress. Ends with the lab and with `signal`; rejects with one sentence. */
export async function pullImage(image: string, options: ProvideOptions): Promise<void> {
  const { environment, progress, signal, dataFolder } = options
  if (await imageIsThere(image, environment)) return
  signal.throwIfAborted()
  progress(`${image}: pulling with Docker, once`)
  makeFolder(dataFolder)
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
  let reported = ''
  const timer = setInterval(() => {
    const line = layersDone(readFileSync(log, 'utf8'))
    if (line !== reported) progress(`${image}: ${line}`)
    reported = line
  }, POLL_MS)
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

export type DockerOptions = ToolOptions & {
  /** Not for what creates containers, unless they are removed later: the engine may go on with it. */
  patienceMs?: number
  /** `docker` when not given. */
  command?: string
}

/** Runs a command of Docker's, or one that waits for its engine, with a deadline, because an engine may hang. Rejects with one sentence too when it does not end within `patienceMs` (two minutes). */
export async function runDocker(args: string[], options: DockerOptions): Promise<string> {
  const { patienceMs = 120_000, command = 'docker', signal, ...rest } = options
  const timeout = AbortSignal.timeout(patienceMs)
  try {
    return await runTool(command, args, { ...rest, signal: signal ? AbortSignal.any([signal, timeout]) : timeout })
  } catch (error) {
    if (!timeout.aborted) throw error
    const sentence = `${command} did not end within ${patienceMs / 1000} s; see whether the engine answers.`
    throw new Error(sentence, { cause: error })
  }
}
