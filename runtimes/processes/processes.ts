// The runtime of plain processes: each service a child of the lab, on a leased loopback port, with a store of its own.
// Guarantees: every child ends with the lab, however the lab ends (host/child.ts); and its settings are those of the model
// and of the variant alone: a setting that stands in the shell of whoever runs the lab does not reach what is measured.
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { type Child, type ChildOptions, startChild } from '#host/child.ts'
import { ofTheMachine } from '#host/environment.ts'
import { compiledFolder } from '#host/folders.ts'
import { leasePorts } from '#host/ports.ts'
import { supervise } from '../supervise.ts'
import { withWebhooks } from '../webhooks.ts'
import type { Deployment, Model } from '#engine/experiment/model.ts'
import type { Opening, OpenRuntime, ProcessesOf, Runtime } from '#engine/experiment/runtime.ts'

const ROOT = resolve(import.meta.dirname, '../..')

export type ProcessesOptions = Opening & {
  broker: Deployment['broker']
  dataFolder: string
  /** Changes how a service is started, each time that it is; for tests. */
  adjust?(service: string, child: ChildOptions): ChildOptions
}

/** How a service of the model is started in a deployment: its store is in a folder of its own below `dataFolder`. */
export function serviceProcess(options: {
  model: Model
  service: string
  deployment: Deployment
  dataFolder: string
  environment: Record<string, string> | undefined
}): ChildOptions {
  const { model, service, deployment, dataFolder, environment } = options
  const spec = model.services.find(({ name }) => name === service)
  if (!spec) throw new Error(`${model.name} has no service "${service}"`)
  return {
    command: process.execPath,
    args: [join(ROOT, model.name, service, 'main.ts')],
    cwd: ROOT,
    env: {
      ...ofTheMachine(process.env),
      NODE_COMPILE_CACHE: compiledFolder(),
      LAB_FAULTS: 'on',
      ...spec.environment(deployment),
      PORT: new URL(deployment.url(service)).port,
      DATA_DIR: join(dataFolder, service),
      ...environment,
    },
  }
}

/** For the variants of a run: each has a folder of its own below `dataFolder`. */
export const openProcesses = ({ broker, dataFolder }: Pick<ProcessesOptions, 'broker' | 'dataFolder'>): OpenRuntime => {
  return opening => createProcesses({ ...opening, broker, dataFolder: join(dataFolder, opening.prefix) })
}

export type Processes = {
  runtime: Runtime
  deployment: Deployment
  /** The process of a service as it was last started. */
  processOf(service: string): Child | undefined
}

export async function createProcesses(options: ProcessesOptions): Promise<Processes> {
  const { model, dataFolder, logFolder, adjust = (_service, child) => child } = options
  const lease = await leasePorts(model.services.length)
  const ports = new Map(model.services.map(({ name }, index) => [name, lease.ports[index]]))
  const children = new Map<string, Child>()
  makeFolder(logFolder)

  const url = (service: string) => `http://127.0.0.1:${ports.get(service)}`
  const deployment: Deployment = { url, broker: options.broker, prefix: options.prefix }

  const runtime = supervise(
    {
      name: 'processes',
      url,
      launch(service, output) {
        const environment = withWebhooks(options, '127.0.0.1')[service]
        const process = serviceProcess({ model, service, deployment, dataFolder, environment })
        const child = startChild(adjust(service, { ...process, ...output }))
        children.set(service, child)
        return child
      },
      kill: async (_service, child) => child.kill(),
      wipe: async service => rmSync(join(dataFolder, service), { recursive: true, force: true }),
      pause: async service => children.get(service)?.kill('SIGSTOP'),
      resume: async service => children.get(service)?.kill('SIGCONT'),
      async end(all) {
        for (const child of all) child.kill()
        await Promise.all(all.map(({ exited }) => exited))
        lease.release()
      },
    },
    options,
  )
  const usedBy = (name: string): ProcessesOf => {
    const child = children.get(name)
    return { name, kind: 'service', pids: child?.running ? [child.pid] : [] }
  }
  const host = { dataFolder, processes: () => model.services.map(({ name }) => usedBy(name)) }
  return { runtime: { ...runtime, host }, deployment, processOf: service => children.get(service) }
}
