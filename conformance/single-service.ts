// One service of a test system that is started beside it, with an environment of its own, to see how it ends.
import assert from 'node:assert/strict'
import { mkdtemp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Child, type Exit, startChild } from '#host/child.ts'
import { serviceProcess } from '#runtimes/processes/processes.ts'
import type { TestSystem } from './test-system.ts'

const START_MS = 60_000

export type SingleService = Child & { errors(): Promise<string> }

/** Its port and its store are those of the system's own, which must not be running, unless both are replaced. */
export async function startSingleService(
  system: TestSystem,
  service: string,
  environment: Record<string, string>,
): Promise<SingleService> {
  const { model, deployment, environments, folder } = system
  const stderrFile = join(await mkdtemp(join(folder, 'single-')), 'stderr')
  const process = serviceProcess({
    model,
    service,
    deployment,
    dataFolder: join(folder, 'data'),
    environment: { ...environments[service], ...environment },
  })
  const child = startChild({ ...process, stderrFile })
  const errors = () => readFile(stderrFile, 'utf8')
  return Object.defineProperty({ ...child, errors }, 'running', { get: () => child.running })
}

/** The service ended with 2 and one sentence that begins with its name. Returns the sentence. */
export async function refusal({ model }: TestSystem, service: string, single: SingleService): Promise<string> {
  const exit = await exitOf(single)
  const text = await single.errors()
  assert.deepEqual(exit, { code: 2, signal: null }, `${service} wrote: ${text}`)
  const lines = text.trimEnd().split('\n')
  assert.equal(lines.length, 1, `not one sentence: ${text}`)
  assert.ok(text.startsWith(`${model.name}/${service}: `), text)
  assert.doesNotMatch(text, /\n\s+at |node:internal/)
  return text
}

/** How it ended; one that is still running after a minute has failed. */
export async function exitOf(child: Child): Promise<Exit> {
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS)
  const exit = await child.exited
  clearTimeout(timer)
  return exit
}
