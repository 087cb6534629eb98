// Which model's dead letters are meant, and a link to its broker.
import type { BrokerInspector, Model, Deployment } from '#engine/experiment/model.ts'
import { models } from '../registry.ts'
import { findUp, type UpPlace } from '../up/record.ts'
import { usualUrl } from '../up/services.ts'
import { unknownName, UsageError } from '../../cli/usage.ts'

/** As the command line has it. */
export type Where = { model?: string; broker?: string; prefix?: string }

/** @throws UsageError when no model is meant, or none is up; Error when its broker does not answer */
export async function connectTo(where: Where): Promise<BrokerInspector> {
  const model = modelOf(where)
  const { broker, prefix } = placeOf(model, where)
  const place: Deployment = { url: usualUrl(model), broker, prefix }
  return model.connect(place)
}

function modelOf({ model: name, broker }: Where): Model {
  const candidates = models.filter(({ features }) => features.includes('dead-letters'))
  const names = candidates.map(model => model.name)
  if (name !== undefined) {
    const named = candidates.find(model => model.name === name)
    if (named) return named
    throw models.some(model => model.name === name)
      ? new UsageError(
          `${name} has no dead letters: a bad request is answered at once; there are: ${names.join(', ')}.`,
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
  throw new UsageError(`${why}: say --model (${names.join(', ')}), with --broker or while npm run lab -- up serves it.`)
}

function placeOf(model: Model, { broker, prefix = '' }: Where): UpPlace {
  const [kind] = model.brokers
  if (broker !== undefined && kind) {
    const right = kind === 'rabbitmq' ? /^amqps?:\/\/[^/]+/.test(broker) : /^[^:/\s]+:\d+(,[^:/\s]+:\d+)*$/.test(broker)
    if (right) return { broker: { [kind]: broker }, prefix }
    throw new UsageError(`--broker "${broker}" is no address of a ${kind} broker; see --help for an example.`)
  }
  const place = findUp(model.name)
  if (place) return place
  throw new UsageError(`${model.name} is not up: start it with npm run lab -- up ${model.name}, or give --broker.`)
}
