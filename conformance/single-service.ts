// One service of a stage, started by hand: with an environment that the runtime would not give it, to see how it ends.
import assert from 'node:assert/strict'
import { mkdtemp, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Child, type Exit, startChild } from '#host/child.ts'
import { cacheFolder } from '#host/folders.ts'
import { waitFor } from '#host/wait-for.ts'
import type { TestSystem } from './test-system.ts'

const ROOT = resolve(import.meta.dirname, '..')
const START_MS = 60_000

export type SingleService = Child & { said(): Promise<string> }

/** Its port and its store are the stage's own, so the stage's instance must not be running, unless both are replaced. */
export async function startSingleService(
  stage: TestSystem,
  service: string,
  environment: Record<string, string>,
): Promise<SingleService> {
  const { model, place, environments } = stage
  const spec = model.services.find(({ name }) => name === service)
  assert.ok(spec, `${model.name} has no ${service}`)
  const stderrFile = join(await mkdtemp(join(stage.folder, 'lone-')), 'stderr')
  const child = startChild({
    command: process.execPath,
    args: [join(ROOT, model.name, service, 'main.ts')],
    cwd: ROOT,
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(cacheFolder(), 'compiled'),
      ...spec.environment(place),
      PORT: new URL(place.url(service)).port,
      DATA_DIR: stage.dataOf(service),
      ...environments[service],
      ...environment,
    },
    stderrFile,
  })
  const said = () => readFile(stderrFile, 'utf8')
  return Object.defineProperty({ ...child, said }, 'running', { get: () => child.running })
}

/** Resolves with what `look` finds once the service answers; it may be unhealthy for want of its peers. */
export async function whenListening<Found>(look: () => Promise<Found>, service: string): Promise<Found> {
  const found = await waitFor(
    () =>
      look().then(
        result => ({ result }),
        () => false,
      ),
    { deadlineMs: START_MS, what: `${service} to listen` },
  )
  return (found as { result: Found }).result
}

/** The service ended with 2 and one sentence that begins with its name. Returns the sentence. */
export async function refusal({ model }: TestSystem, service: string, lone: SingleService): Promise<string> {
  const exit = await exitOf(lone)
  const said = await lone.said()
  assert.deepEqual(exit, { code: 2, signal: null }, `${service} said: ${said}`)
  const lines = said.trimEnd().split('\n')
  assert.equal(lines.length, 1, `not one sentence: ${said}`)
  assert.ok(said.startsWith(`${model.name}/${service}: `), said)
  assert.doesNotMatch(said, /\n\s+at |node:internal/)
  return said
}

/** How it ended; one that is still running after a minute has failed. */
export async function exitOf(lone: SingleService): Promise<Exit> {
  const timer = setTimeout(() => lone.kill('SIGKILL'), START_MS)
  const exit = await lone.exited
  clearTimeout(timer)
  return exit
}
