// Finds the model whose dead letters the command means, and connects to its broker.
import type { BrokerInspector, Model, Deployment } from '#engine/experiment/model.ts'
import { models } from './registry.ts'
import { findUp, type UpRecord, usualUrl } from './up.ts'
import { unknownName, UsageError } from '../cli/usage.ts'

/** The options of the command line. */
export type Where = { model?: string; broker?: string; prefix?: string }

/** @throws UsageError when no model is meant, or none is up; Error when its broker does not answer */
export async function connectTo(where: Where): Promise<BrokerInspector> {
  const model = modelOf(where)
  const { broker, prefix } = recordOf(model, where)
  const deployment: Deployment = { url: usualUrl(model), broker, prefix }
  return model.connect(deployment)
}

function modelOf({ model: name, broker }: Where): Model {
  const candidates = models.filter(({ features }) => features.includes('dead-letters'))
  const names = candidates.map(model => model.name)
  if (name !== undefined) {
    const named = candidates.find(model => model.name === name)
    if (named) return named
    throw models.some(model => model.name === name)
      ? new UsageError(
          `${name} has no dead letters: it answers a bad request at once; models with dead letters: ${names.join(', ')}.`,
        )
      : unknownName('model', name, names)
  }
  if (broker !== undefined) {
    const kind = /^amqps?:/.test(broker) ? 'rabbitmq' : 'kafka'
    const serving = candidates.find(({ brokers }) => brokers.includes(kind))
    if (serving) return serving
  }
  const up = candidates.filter(model => findUp(model.name))
  if (up.length === 1 && up[0]) return up[0]
  const why = up.length === 0 ? 'No model with dead letters is up' : 'Several models are up'
  throw new UsageError(`${why}: give --model (${names.join(', ')}) with --broker, or start one with npm run lab -- up.`)
}

function recordOf(model: Model, { broker, prefix = '' }: Where): UpRecord {
  const [kind] = model.brokers
  if (broker !== undefined && kind) {
    const right = kind === 'rabbitmq' ? /^amqps?:\/\/[^/]+/.test(broker) : /^[^:/\s]+:\d+(,[^:/\s]+:\d+)*$/.test(broker)
    if (right) return { broker: { [kind]: broker }, prefix }
    throw new UsageError(`--broker "${broker}" is not an address of a ${kind} broker; see --help for an example.`)
  }
  const record = findUp(model.name)
  if (record) return record
  throw new UsageError(`${model.name} is not up: start it with npm run lab -- up ${model.name}, or give --broker.`)
}
