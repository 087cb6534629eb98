// What the lab lays over a model's compose file. Everything of a variant reaches its services here; the model's file
// says the rest: image, command, ports, volumes.
import type { Model, Deployment } from '#engine/experiment/model.ts'

type Overlay = { services: Record<string, unknown> }

/** The lab looks at health itself, and a look of the engine's takes processor time from what is measured. */
const QUIET = { restart: 'no', healthcheck: { interval: '24h', start_period: '0s' } }

/** What a model's file keeps in the checkout goes beside the service's store: the lab has no business there. */
const KEPT: Record<string, object> = { analytics_consumer: { volumes: ['analytics_consumer:/metrics'] } }

export type OverlayOptions = {
  model: Model
  /** Addresses as containers see them. */
  inside: Deployment
  /** Beyond the model's own environment, by service. */
  environment: Record<string, Record<string, string>>
}

export function overlayOf({ model, inside, environment }: OverlayOptions): Overlay {
  const services = model.services.map(spec => {
    const own = { LAB_FAULTS: 'on', ...spec.environment(inside), ...environment[spec.name] }
    return [spec.name, { ...QUIET, ...KEPT[spec.name], environment: forCompose(own) }]
  })
  const brokers = model.brokers.map(kind => [kind, QUIET])
  return { services: Object.fromEntries([...services, ...brokers]) }
}

/** A dollar is a variable to compose, unless it is doubled. */
const forCompose = (environment: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value.replaceAll('$', '$$$$')]))
