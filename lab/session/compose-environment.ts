// The site of containers: a stack for each model, with the broker of its own compose file.
import { withBrokers } from '#engine/run/broker-targets.ts'
import type { RunEnvironment, EnvironmentOptions } from './environment.ts'
import { openContainers } from '#runtimes/compose/containers.ts'
import { type Compose, findCompose } from '#runtimes/compose/find-compose.ts'
import { openStack, type OpenStack } from '#runtimes/compose/stack.ts'

export function composeEnvironment(options: EnvironmentOptions): RunEnvironment {
  const stacks = new Map<string, Promise<OpenStack>>()
  let compose: Promise<Compose> | undefined
  return {
    async ready(model) {
      compose ??= findCompose(process.env)
      const known = stacks.get(model.name)
      const begun = known ?? openStack({ ...options, model, compose: await compose })
      stacks.set(model.name, begun)
      const stack = await begun
      return { open: withBrokers(openContainers(stack), stack.verbs), brokers: stack.brokers, lasting: {} }
    },
    async keepOnly(models) {
      const ending = [...stacks].filter(([name]) => !models.some(model => model.name === name))
      for (const [name] of ending) stacks.delete(name)
      const ended = await Promise.allSettled(ending.map(([, stack]) => stack))
      await Promise.all(ended.flatMap(each => (each.status === 'fulfilled' ? [each.value.close()] : [])))
    },
  }
}
