// Where the cases of the suite play: the services of one model as processes, with names, ports and folders of their own.
// Guarantees: what was started or made is gone after `close`, whatever a case did.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrokerInspector, Model, Deployment, Operations, Role } from '#engine/experiment/model.ts'
import { createProcesses } from '#runtimes/processes/processes.ts'
import type { Runtime } from '#engine/experiment/runtime.ts'

/** By service, beyond the model's own environment. */
export type Environments = Record<string, Record<string, string>>

export type TestSystem<Own extends Operations = Operations> = {
  model: Model<Own>
  runtime: Runtime
  place: Deployment
  link: BrokerInspector<Own>
  folder: string
  environments: Environments
  /** The folder of a service's store. */
  dataOf(service: string): string
  /** What a service has logged since the stage was opened, every start of it included. */
  logOf(service: string): Promise<string>
}

/** Kitchens with little, for the cases about stock; every other one opens with the menu. */
export const STOCK = {
  'sells-out': { burger: 7 },
  'one-burger': { burger: 1, pizza: 1_000 },
  'three-burgers': { burger: 3 },
}

export async function startTestSystem<Own extends Operations>(options: {
  model: Model<Own>
  broker: Deployment['broker']
  environments?: Environments
}): Promise<TestSystem<Own> & AsyncDisposable> {
  const { model, broker } = options
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  const inventory = serviceOf(model, 'inventory')
  const environments = { ...options.environments }
  environments[inventory] = { INITIAL_STOCK: JSON.stringify(STOCK), ...environments[inventory] }
  const { runtime, place } = await createProcesses({
    model,
    broker,
    prefix: `conformance-${randomBytes(3).toString('hex')}.`,
    dataFolder: join(folder, 'data'),
    logFolder: join(folder, 'logs'),
    environment: environments,
    supervised: [],
    signal: new AbortController().signal,
  })
  let link: BrokerInspector<Own> | undefined
  const close = async (): Promise<void> => {
    await link?.close()
    await runtime.stop()
    await model.remove(place)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await startAll(model, runtime)
    link = await model.connect(place)
  } catch (error) {
    await close()
    throw error
  }
  return {
    model,
    runtime,
    place,
    link,
    folder,
    environments,
    dataOf: service => join(folder, 'data', service),
    async logOf(service) {
      const file = join(folder, 'logs', `${service}.log`)
      return existsSync(file) ? readFile(file, 'utf8') : ''
    },
    [Symbol.asyncDispose]: close,
  }
}

/** At once: a service may be healthy only with its peers. */
export async function startAll(model: Model, runtime: Runtime): Promise<void> {
  await Promise.all(model.services.map(({ name }) => runtime.start(name)))
}

export async function killAll(model: Model, runtime: Runtime): Promise<void> {
  await Promise.all(model.services.map(({ name }) => runtime.kill(name)))
}

export function serviceOf(model: Model, role: Role): string {
  const service = model.services.find(candidate => candidate.role === role)
  if (service) return service.name
  throw new Error(`${model.name} has no service with the role "${role}"`)
}
