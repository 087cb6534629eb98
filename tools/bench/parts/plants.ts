/**
 * Limits that are planted on real models, each in another part, so that it can be seen whether that part is named.
 * `capacity` follows from the numbers of the plant alone; where it does not, none is given.
 */
import { DEFAULT_CONCURRENCY } from '#common/service/service.ts'
import type { BrokerKind, Model } from '#engine/experiment/model.ts'
import { postJson } from '#engine/run/http.ts'
import { asyncRabbitmq } from '../../../async-rabbitmq/lab/model.ts'
import { streamingKafka } from '../../../streaming-kafka/lab/model.ts'
import { syncRest } from '../../../sync-rest/lab/model.ts'
import { holdToShare } from './duty-cycle.ts'

export type PlantedSystem = {
  url(service: string): string
  /** Of a service, or the groups of a broker. */
  targets(name: string): number[]
}

/** Resolves with what takes it away. */
export type Planting = (system: PlantedSystem) => Promise<() => Promise<void>>

export type Plant = {
  name: string
  model: Model
  broker?: BrokerKind
  /** The resource that is to be named. */
  names: RegExp
  environment?: Record<string, Record<string, string>>
  /** Offered: more than the limit. */
  ordersPerSecond: number
  /** Orders a second, and how they are worked out. */
  capacity?: { perSecond: number; because: string }
  /** The most connections of the generator. */
  connections?: number
  plant?: Planting
}

const W = 4
const DELAY_MS = 50
const SHARE = 0.02
/** Long enough for some rounds of all places: otherwise a broker that is stopped now and then is late, and not slow. */
const BROKER_PERIOD_MS = 500
const BROKER_SHARE = 0.05
const PERIOD_MS = 100
const THROTTLED = 80
const SYNC_MS = 100

export const PLANTS: readonly Plant[] = [
  {
    name: 'share of a core',
    model: asyncRabbitmq,
    broker: 'rabbitmq',
    names: /^share of a core that inventory_service is held to$/,
    // A process that is stopped now and then is late, too; with few places that would be the limit.
    environment: { inventory_service: { CONCURRENCY: '1000' } },
    ordersPerSecond: 450,
    // No capacity is computed: a process that is stopped most of the time syncs while it is, so that half of the time is not half of the
    // orders.
    plant: held('inventory_service', SHARE),
  },
  {
    name: 'slow disk',
    model: asyncRabbitmq,
    broker: 'rabbitmq',
    names: /^disk of inventory_service$/,
    ordersPerSecond: 450,
    capacity: {
      perSecond: (DEFAULT_CONCURRENCY / (2 * SYNC_MS)) * 1_000,
      because: `${DEFAULT_CONCURRENCY} places ÷ two syncs of ${SYNC_MS} ms: one that is under way when an order comes, and its own`,
    },
    plant: withFault('inventory_service', { slowDisk: { ms: SYNC_MS } }),
  },
  {
    name: 'few places',
    model: asyncRabbitmq,
    broker: 'rabbitmq',
    names: /^CONCURRENCY of inventory_service$/,
    environment: { inventory_service: { CONCURRENCY: `${W}` } },
    ordersPerSecond: 120,
    capacity: { perSecond: (W / DELAY_MS) * 1_000, because: `${W} places ÷ ${DELAY_MS} ms` },
    plant: withFault('inventory_service', { delay: { delayMs: DELAY_MS } }),
  },
  {
    name: 'throttle',
    model: streamingKafka,
    broker: 'kafka',
    names: /^throttle of inventory_consumer$/,
    ordersPerSecond: 1.5 * THROTTLED,
    capacity: { perSecond: THROTTLED, because: `${THROTTLED} orders a second` },
    plant: withFault('inventory_consumer', { throttle: { perSecond: THROTTLED } }),
  },
  {
    name: 'slow broker',
    model: asyncRabbitmq,
    broker: 'rabbitmq',
    names: /^(broker|CPU of) rabbitmq/,
    ordersPerSecond: 300,
    plant: held('rabbitmq', BROKER_SHARE, BROKER_PERIOD_MS),
  },
  { name: 'small generator', model: syncRest, names: /^generator$/, ordersPerSecond: 600, connections: 1 },
]

/** A service, or a broker, that has a share of the time. */
function held(name: string, share: number, periodMs = PERIOD_MS): Planting {
  return async ({ targets }) => holdToShare({ targets: targets(name), share, periodMs })
}

function withFault(service: string, settings: Record<string, unknown>): Planting {
  return async ({ url }) => {
    await postJson(`${url(service)}/faults`, settings)
    const off = Object.fromEntries(Object.keys(settings).map(name => [name, null]))
    return async () => void (await postJson(`${url(service)}/faults`, off))
  }
}
