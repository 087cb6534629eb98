// The runtime of plain processes: each service a child of the lab, on a leased loopback port, with a store of its own.
// Guarantees: every child ends with the lab, however the lab ends (kit/child.ts). A start that fails says in one
// sentence what the service said.
import { readFileSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { startChild, type Child } from '../kit/child.ts'
import { cacheFolder } from '../kit/folders.ts'
import { leasePorts } from '../kit/ports.ts'
import { until } from '../kit/until.ts'
import { getJson } from './http.ts'
import type { Model, Place, ServiceSpec } from './model.ts'
import type { Runtime } from './runtime.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const START_MS = 60_000

export type ProcessesOptions = {
  model: Model
  broker: Place['broker']
  prefix: string
  dataFolder: string
  logFolder: string
  /** Beyond the model's own environment, by service. */
  environment: Record<string, Record<string, string>>
  supervised: readonly string[]
  signal: AbortSignal
}

export async function createProcesses(options: ProcessesOptions): Promise<{ runtime: Runtime; place: Place }> {
  const { model, dataFolder, logFolder, supervised, signal } = options
  const lease = await leasePorts(model.services.length)
  const ports = new Map(model.services.map(({ name }, index) => [name, lease.ports[index]]))
  const children = new Map<string, Child>()
  const deaths = new Map<string, number>()
  /** Children that were told to end: their end is no death. */
  const told = new WeakSet<Child>()
  await mkdir(logFolder, { recursive: true })

  const url = (service: string) => `http://127.0.0.1:${ports.get(service)}`
  const place: Place = { url, broker: options.broker, prefix: options.prefix }

  async function startService(service: string): Promise<void> {
    const spec = specOf(model, service)
    if (children.get(service)?.running) throw new Error(`${service} is running already`)
    const errors = join(logFolder, `${service}.stderr`)
    const child = startChild({
      command: process.execPath,
      args: [join(ROOT, model.name, service, 'main.ts')],
      cwd: ROOT,
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: join(cacheFolder(), 'compiled'),
        LAB_FAULTS: 'on',
        ...spec.environment(place),
        PORT: String(ports.get(service)),
        DATA_DIR: join(dataFolder, service),
        ...options.environment[service],
      },
      stdoutFile: join(logFolder, `${service}.log`),
      stderrFile: errors,
    })
    children.set(service, child)
    void child.exited.then(() => {
      if (told.has(child)) return
      deaths.set(service, (deaths.get(service) ?? 0) + 1)
      if (supervised.includes(service) && !signal.aborted) startService(service).catch(() => {})
    })
    const healthy = async () => {
      if (!child.running) throw new Error(`${service} did not start: ${lastLine(errors)}`)
      return getJson(`${url(service)}/health`).catch(() => false)
    }
    await until(healthy, { deadlineMs: START_MS, everyMs: 25, what: `${service} to be healthy`, signal })
  }

  async function end(service: string): Promise<void> {
    const child = children.get(service)
    if (!child) return
    told.add(child)
    child.kill('SIGKILL')
    await child.exited
  }

  const runtime: Runtime = {
    name: 'processes',
    start: startService,
    kill: end,
    wipe(service) {
      if (children.get(service)?.running) throw new Error(`${service} is running; kill it before its store is deleted`)
      rmSync(join(dataFolder, specOf(model, service).name), { recursive: true, force: true })
    },
    pause: service => children.get(service)?.kill('SIGSTOP'),
    resume: service => children.get(service)?.kill('SIGCONT'),
    url,
    running: service => children.get(service)?.running ?? false,
    deaths: service => deaths.get(service) ?? 0,
    async stop() {
      await Promise.all(model.services.map(({ name }) => end(name)))
      lease.release()
    },
  }
  return { runtime, place }
}

function specOf(model: Model, service: string): ServiceSpec {
  const spec = model.services.find(({ name }) => name === service)
  if (spec) return spec
  throw new Error(
    `${model.name} has no service "${service}"; it has: ${model.services.map(({ name }) => name).join(', ')}`,
  )
}

function lastLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').at(-1) || 'it ended without a word; see its log'
  } catch {
    return 'it ended without a word; see its log'
  }
}
