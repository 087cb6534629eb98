// The services of a model on their own ports, as children of the lab. They end with the lab, however it ends.
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { getJson } from '#engine/run/http.ts'
import type { Model, Deployment, ServiceSpec } from '#engine/experiment/model.ts'
import { type Child, startChild } from '#host/child.ts'
import { cacheFolder } from '#host/folders.ts'
import { isFree, leasePorts } from '#host/ports.ts'
import { waitFor } from '#host/wait-for.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const START_MS = 60_000
const STOP_MS = 5_000

export type UpServices = {
  /** Resolves with the name of the first service that ended without being told to. */
  died: Promise<string>
  stop(): Promise<void>
}

type Options = { model: Model; place: Deployment; dataFolder: string; logFolder: string; signal: AbortSignal }

export type UpPorts = { url(service: string): string; release(): void }

const urlsOf = (model: Model, ports: readonly (number | undefined)[]) => (service: string) =>
  `http://127.0.0.1:${ports[model.services.findIndex(({ name }) => name === service)]}`

/** Where a model's services are when they are started alone. */
export const usualUrl = (model: Model) =>
  urlsOf(
    model,
    model.services.map(({ port }) => port),
  )

/** The ports that services have when they are started alone. @throws Error that names the first one that is in use */
export async function usualPorts(model: Model): Promise<UpPorts> {
  for (const { name, port } of model.services) {
    if (await isFree(port)) continue
    throw new Error(`Port ${port} of ${name} is in use; stop what listens there, or take --free-ports.`)
  }
  return { url: usualUrl(model), release() {} }
}

/** Ports that nothing else has, for as long as they are not released. */
export async function freePorts(model: Model): Promise<UpPorts> {
  const { ports, release } = await leasePorts(model.services.length)
  return { url: urlsOf(model, ports), release }
}

/** Resolves when all are healthy. @throws Error with what the first that failed said */
export async function startServices({ model, place, dataFolder, logFolder, signal }: Options): Promise<UpServices> {
  mkdirSync(logFolder, { recursive: true })
  const children = new Map<string, Child>()
  const died = Promise.withResolvers<string>()
  let stopping = false
  const stop = async () => {
    stopping = true
    await Promise.all([...children.values()].map(child => child.stop(STOP_MS)))
  }
  const begin = async (spec: ServiceSpec) => {
    const { name } = spec
    const errors = join(logFolder, `${name}.stderr`)
    const child = startChild({
      command: process.execPath,
      args: [join(ROOT, model.name, name, 'main.ts')],
      cwd: ROOT,
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: join(cacheFolder(), 'compiled'),
        ...spec.environment(place),
        PORT: new URL(place.url(name)).port,
        DATA_DIR: join(dataFolder, name),
      },
      stdoutFile: join(logFolder, `${name}.log`),
      stderrFile: errors,
    })
    children.set(name, child)
    void child.exited.then(() => (stopping ? undefined : died.resolve(name)))
    const healthy = () => {
      if (!child.running) throw new Error(`${name} did not start: ${lastLine(errors)}`)
      return getJson(`${place.url(name)}/health`).catch(() => false)
    }
    await waitFor(healthy, { deadlineMs: START_MS, everyMs: 50, what: `${name} to be healthy`, signal })
  }
  try {
    await Promise.all(model.services.map(begin))
  } catch (error) {
    await stop()
    throw error
  }
  return { died: died.promise, stop }
}

function lastLine(file: string): string {
  const said = readFileSync(file, 'utf8').trim().split('\n').at(-1)
  return said || `it ended without a word; its log is beside ${file}`
}
