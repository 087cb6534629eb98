// The environment of a run: services as processes of this machine, or in containers, with their brokers. A broker or stack
// starts when the first experiment needs it and ends after the last: idle processes would take CPU from what is measured.
import type { Model, BrokerKind, Deployment } from '#engine/experiment/model.ts'
import type { OpenRuntime } from '#engine/experiment/runtime.ts'
import type { Summary } from '#engine/run/summary.ts'
import { type BrokerControl, withBrokers } from '#engine/run/broker-targets.ts'
import { openFilesLimit } from '#host/open-files.ts'
import type { Broker } from '#infra/brokers/broker.ts'
import { provideBroker } from '#infra/brokers/provide.ts'
import { openProcesses } from '#runtimes/processes/processes.ts'
import { openContainers } from '#runtimes/compose/containers.ts'
import { type Compose, findCompose } from '#runtimes/compose/project.ts'
import { openStack } from '#runtimes/compose/stack.ts'

export const RUNTIMES = ['processes', 'compose'] as const
export type RuntimeName = (typeof RUNTIMES)[number]

/** A connection for each open order, and what services and brokers hold besides. */
const LEAST_OPEN_FILES = 1_024

/** A run below it would blame the model. @throws Error with how to raise it */
export function requireOpenFiles(): void {
  const limit = openFilesLimit()
  if (limit !== undefined && limit < LEAST_OPEN_FILES)
    throw new Error(
      `Only ${limit} files may be open at once here, and the lab needs ${LEAST_OPEN_FILES}: raise the limit with ulimit -n ${LEAST_OPEN_FILES}.`,
    )
}

/** Once for the whole run: without it each experiment would fail in the same way. @throws Error with how to fix it */
export async function requireRuntime(runtime: RuntimeName): Promise<void> {
  requireOpenFiles()
  if (runtime === 'compose') await findCompose(process.env)
}

/** A model whose brokers are ready. */
export type ReadyModel = {
  open: OpenRuntime
  brokers: Summary['brokers']
  /** Addresses of those brokers that outlive the run, by kind. */
  lasting: Record<string, string>
}

export type RunEnvironment = {
  /** @throws Error with one sentence that says what to install or set */
  ready(model: Model): Promise<ReadyModel>
  /** Ends what none of these models needs; also what is still starting. */
  keepOnly(models: readonly Model[]): Promise<void>
}

type Options = {
  run: string
  dataFolder: string
  signal: AbortSignal
  onProgress(task: string, line: string): void
}

export const openEnvironment = (runtime: RuntimeName, options: Options): RunEnvironment =>
  runtime === 'compose' ? composeEnvironment(options) : processesEnvironment(options)

/** Plain processes, with private brokers or those that the user named. */
function processesEnvironment({ dataFolder, signal, onProgress }: Options): RunEnvironment {
  const brokers = createBrokers({ dataFolder, signal, onProgress })
  const provided = async (model: Model, asShipped = false) => {
    const broker: Deployment['broker'] = {}
    const controls: Partial<Record<BrokerKind, BrokerControl>> = {}
    const versions: ReadyModel['brokers'] = {}
    for (const kind of model.brokers) {
      const { address, source, version, process: ours } = await brokers.get(asShipped ? `${kind} as shipped` : kind)
      broker[kind] = address
      versions[kind] = { source, version }
      if (ours) controls[kind] = ours
    }
    return { open: withBrokers(openProcesses({ broker, dataFolder }), controls), versions }
  }
  return {
    async ready(model) {
      const tuned = await provided(model)
      // A broker as it is shipped starts when the first variant needs it, and ends with the experiment.
      const open: OpenRuntime = async opening => (opening.asShipped ? await provided(model, true) : tuned).open(opening)
      return { open, brokers: tuned.versions, lasting: addressesOf(process.env) }
    },
    keepOnly: models => brokers.keepOnly(models.flatMap(model => model.brokers)),
  }
}

/** Containers: a stack for each model, with the broker of its own compose file. */
function composeEnvironment(options: Options): RunEnvironment {
  let compose: Promise<Compose> | undefined
  const stacks = openOnce(
    async (model: Model) => openStack({ ...options, model, compose: await (compose ??= findCompose(process.env)) }),
    stack => stack.close(),
  )
  return {
    async ready(model) {
      const stack = await stacks.get(model)
      const openTuned = withBrokers(openContainers(stack), stack.controls)
      const open: OpenRuntime = async opening => {
        if (opening.asShipped) throw new Error('In containers brokers have the settings of their compose file.')
        return openTuned(opening)
      }
      return { open, brokers: stack.brokers, lasting: {} }
    },
    keepOnly: stacks.keepOnly,
  }
}

/** What is opened when it is first requested, and kept by its key. */
type Opened<Key, Each> = {
  /** @throws what opening it throws */
  get(key: Key): Promise<Each>
  /** Closes those of all other keys; also what is still opening. */
  keepOnly(keys: readonly Key[]): Promise<void>
}

function openOnce<Key, Each>(
  open: (key: Key) => Promise<Each>,
  close: (each: Each) => Promise<void>,
): Opened<Key, Each> {
  const all = new Map<Key, Promise<Each>>()
  return {
    get(key) {
      const opened = all.get(key) ?? open(key)
      all.set(key, opened)
      return opened
    },
    async keepOnly(keys) {
      const closing = [...all].filter(([key]) => !keys.includes(key))
      for (const [key] of closing) all.delete(key)
      const opened = await Promise.allSettled(closing.map(([, each]) => each))
      await Promise.all(opened.flatMap(each => (each.status === 'fulfilled' ? [close(each.value)] : [])))
    },
  }
}

/** A broker as the lab tunes it, or as it is shipped. */
type BrokerKey = BrokerKind | `${BrokerKind} as shipped`

/** The brokers of a run. `get` throws an Error with one sentence that says what to install or set. */
export function createBrokers(options: Omit<Options, 'run'>): Opened<BrokerKey, Broker> {
  const { dataFolder, signal, onProgress } = options
  const provide = (key: BrokerKey): Promise<Broker> => {
    const progress = (line: string) => onProgress(key, line)
    const kind = key.startsWith('kafka') ? 'kafka' : 'rabbitmq'
    return provideBroker(kind, { dataFolder, progress, signal, environment: process.env, asShipped: key !== kind })
  }
  return openOnce(provide, broker => broker.stop())
}

/** Brokers that outlive a run: those that the user named. */
export function addressesOf({ LAB_RABBITMQ_URL, LAB_KAFKA_BROKERS }: NodeJS.ProcessEnv): Record<string, string> {
  return {
    ...(LAB_RABBITMQ_URL && { rabbitmq: LAB_RABBITMQ_URL }),
    ...(LAB_KAFKA_BROKERS && { kafka: LAB_KAFKA_BROKERS }),
  }
}
