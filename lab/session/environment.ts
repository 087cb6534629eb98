// The environment of a run: services as processes of this machine, or in containers, with their brokers. A broker or stack
// starts when the first experiment needs it and ends after the last: idle processes would take CPU from what is measured.
import type { Model, BrokerKind, Deployment } from '#engine/experiment/model.ts'
import type { OpenRuntime } from '#engine/experiment/runtime.ts'
import type { Summary } from '#engine/run/summary.ts'
import { type BrokerControl, withBrokers } from '#engine/run/broker-targets.ts'
import { openProcesses } from '#runtimes/processes/processes.ts'
import { addressesOf, createBrokers } from './brokers.ts'
import { openContainers } from '#runtimes/compose/containers.ts'
import { type Compose, findCompose } from '#runtimes/compose/find-compose.ts'
import { openStack, type OpenStack } from '#runtimes/compose/stack.ts'

export const RUNTIMES = ['processes', 'compose'] as const
export type RuntimeName = (typeof RUNTIMES)[number]

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

export type EnvironmentOptions = {
  run: string
  dataFolder: string
  signal: AbortSignal
  onProgress(task: string, line: string): void
}

/** Plain processes, with private brokers or those that the user named. */
export function processesEnvironment({ dataFolder, signal, onProgress }: EnvironmentOptions): RunEnvironment {
  const brokers = createBrokers({ dataFolder, signal, onProgress })
  return {
    async ready(model) {
      const broker: Deployment['broker'] = {}
      const controls: Partial<Record<BrokerKind, BrokerControl>> = {}
      const versions: ReadyModel['brokers'] = {}
      for (const kind of model.brokers) {
        const { address, source, version, process: ours } = await brokers.get(kind)
        broker[kind] = address
        versions[kind] = { source, version }
        if (ours) controls[kind] = ours
      }
      const open = withBrokers(openProcesses({ broker, dataFolder }), controls)
      return { open, brokers: versions, lasting: addressesOf(process.env) }
    },
    keepOnly: models => brokers.keepOnly(models.flatMap(model => model.brokers)),
  }
}

/** Containers: a stack for each model, with the broker of its own compose file. */
export function composeEnvironment(options: EnvironmentOptions): RunEnvironment {
  const stacks = new Map<string, Promise<OpenStack>>()
  let compose: Promise<Compose> | undefined
  return {
    async ready(model) {
      compose ??= findCompose(process.env)
      const started = stacks.get(model.name)
      const begun = started ?? openStack({ ...options, model, compose: await compose })
      stacks.set(model.name, begun)
      const stack = await begun
      return { open: withBrokers(openContainers(stack), stack.controls), brokers: stack.brokers, lasting: {} }
    },
    async keepOnly(models) {
      const ending = [...stacks].filter(([name]) => !models.some(model => model.name === name))
      for (const [name] of ending) stacks.delete(name)
      const ended = await Promise.allSettled(ending.map(([, stack]) => stack))
      await Promise.all(ended.flatMap(each => (each.status === 'fulfilled' ? [each.value.close()] : [])))
    },
  }
}
