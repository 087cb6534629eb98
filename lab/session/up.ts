// A model that is up: its services on their own ports as children of the lab, and a record of it, by which other commands
// find its broker. Guarantees that the services end with the lab, however it ends.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { getJson } from '#engine/run/http.ts'
import type { Model, Deployment, ServiceSpec } from '#engine/experiment/model.ts'
import { type Child, startChild } from '#host/child.ts'
import { cacheFolder } from '#host/folders.ts'
import { isFree, leasePorts } from '#host/ports.ts'
import { waitFor } from '#host/wait-for.ts'
import { Type } from '#common/contracts/type.ts'
import { parse } from '#common/contracts/parse.ts'
import { isAlive, thisOwner } from '#host/process-table.ts'
import { serviceProcess } from '#runtimes/processes/processes.ts'

const START_MS = 60_000
const STOP_MS = 5_000

export type UpServices = {
  /** Resolves with the name of the first service that ended without a request. */
  died: Promise<string>
  stop(): Promise<void>
}

type Options = { model: Model; deployment: Deployment; dataFolder: string; logFolder: string; signal: AbortSignal }

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
    throw new Error(`Port ${port} of ${name} is in use; stop the process that listens there, or use --free-ports.`)
  }
  return { url: usualUrl(model), release() {} }
}

/** Ports that nothing else has, for as long as they are not released. */
export async function freePorts(model: Model): Promise<UpPorts> {
  const { ports, release } = await leasePorts(model.services.length)
  return { url: urlsOf(model, ports), release }
}

/** Resolves when all are healthy. @throws Error with the last line that the first one to fail wrote */
export async function startServices(options: Options): Promise<UpServices> {
  const { model, deployment, dataFolder, logFolder, signal } = options
  makeFolder(logFolder)
  const children = new Map<string, Child>()
  const died = Promise.withResolvers<string>()
  let stopping = false
  const stop = async () => {
    stopping = true
    await Promise.all([...children.values()].map(child => child.stop(STOP_MS)))
  }
  // The one setting of a service that is passed on: nothing else on a machine has this name.
  const environment = { LAB_FAULTS: process.env.LAB_FAULTS ?? 'off' }
  const begin = async ({ name }: ServiceSpec) => {
    const errors = join(logFolder, `${name}.stderr`)
    const child = startChild({
      ...serviceProcess({ model, service: name, deployment, dataFolder, environment }),
      stdoutFile: join(logFolder, `${name}.log`),
      stderrFile: errors,
    })
    children.set(name, child)
    void child.exited.then(() => (stopping ? undefined : died.resolve(name)))
    const healthy = () => {
      if (!child.running) throw new Error(`${name} did not start: ${lastLine(errors)}`)
      return getJson(`${deployment.url(name)}/health`).catch(() => false)
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
  const line = readFileSync(file, 'utf8').trim().split('\n').at(-1)
  return line || `exited without output; its log is beside ${file}`
}

export type UpRecord = Pick<Deployment, 'broker' | 'prefix'>

const RecordSchema = Type.Object({
  owner: Type.Object({ pid: Type.Integer(), startTime: Type.String(), host: Type.String() }),
  prefix: Type.String(),
  broker: Type.Object({ rabbitmq: Type.Optional(Type.String()), kafka: Type.Optional(Type.String()) }),
})

const fileOf = (model: string): string => join(cacheFolder(), 'up', `${model}.json`)

/** Returns a function that deletes the record. */
export function recordUp(model: string, { broker, prefix }: UpRecord): () => void {
  makeFolder(join(cacheFolder(), 'up'))
  // Addresses may hold passwords.
  writeFileSync(fileOf(model), JSON.stringify({ owner: thisOwner(), prefix, broker }), { mode: 0o600 })
  return () => rmSync(fileOf(model), { force: true })
}

/** Undefined when the model is not up, also when its lab was killed. */
export function findUp(model: string): UpRecord | undefined {
  try {
    const { owner, prefix, broker } = parse(RecordSchema, JSON.parse(readFileSync(fileOf(model), 'utf8')))
    return isAlive(owner) ? { prefix, broker } : undefined
  } catch {
    return undefined
  }
}

/** Deletes the records of models whose lab is dead. */
export function sweepUps(models: readonly string[]): void {
  for (const model of models) if (!findUp(model)) rmSync(fileOf(model), { force: true })
}
