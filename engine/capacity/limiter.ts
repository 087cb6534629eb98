/**
 * What limits the throughput, by the utilizations of its parts at a rate that is not sustained.
 *
 * A part that is busy nearly all of the time has no more to give, but not each that is has reached its limit. Places are all taken
 * also where what they wait for is slow; and one sync, or one confirm of the broker, serves all that wait for it, so that there is
 * always one under way long before there is no more to have. So parts are asked in kinds, and the first kind that is full is named,
 * by its greatest share:
 *
 * 1. all cores of the machine;
 * 2. what one thread or one program can use: the thread of a service, the CPU of the broker or of the generator;
 * 3. a throttle, and a disk or a broker for which places are taken;
 * 4. places, and connections of the generator;
 * 5. a disk, then a broker, by elimination.
 *
 * Guarantees: where nothing is nearly full nothing is named. Does not guarantee that what is named is the only limit: behind it the
 * next may be near.
 */
import { LEAST_IDLE } from '../analysis/measures.ts'
import type { Readings, ServiceReadings } from './utilizations.ts'

/** `share`: of the time, 0 to 1. `limits`: it is so full, and so that nothing else explains it, that it may be the limit. */
export type Utilization = { resource: string; share: number; detail: string; limits: boolean }

export type Limiter = {
  /** The resource, or null where nothing was full. */
  resource: string | null
  /** `limited by …`, or why that was not found. */
  sentence: string
  /** All, the greatest first. */
  utilizations: Utilization[]
}

const FULL = 0.9
/** Of all cores; a part that waits for a core hardly ever finds all of them busy. */
const MACHINE_FULL = 0.95
/** From here on threads wait for a core now and then. */
const WAITING_ABOVE = 1 - LEAST_IDLE
/** A thread that had less CPU time than this part of its busy time was kept from a core: by whoever holds it, or by those that had all. */
const KEPT = 0.7

export function limiter(readings: Readings): Limiter {
  const { services, brokers, generator } = readings
  const machine = machineUse(readings)
  const hasIdle = readings.idleShare !== null && 1 - readings.idleShare < WAITING_ABOVE
  const places = services.flatMap(placesUse)
  const disks = services.flatMap(diskUse)
  const sends = services.flatMap(each => sendUse(each, brokers[0]?.name))
  const areTaken = places.some(({ limits }) => limits)
  const kinds = [
    machine ? [machine] : [],
    [
      ...services.flatMap(each => loopUse(each, hasIdle)),
      ...brokers.flatMap(each => brokerUse(each, readings.cores)),
      percentOf('CPU of the generator', generator.cpuShare, share => ({
        detail: `its threads took ${share} of a core`,
        because: `its threads took ${share} of a core`,
      })),
    ],
    [...services.flatMap(throttleUse), ...(areTaken ? disks : [])],
    areTaken ? sends : [],
    [...places, ...generatorUse(readings)],
    areTaken ? [] : disks,
    areTaken ? [] : sends,
  ]
  const found = kinds.map(kind => greatest(kind.filter(({ limits }) => limits))).find(each => each !== undefined)
  const utilizations = kinds.flat().toSorted((one, other) => other.share - one.share)
  const resource = found ? (found.named ?? found.resource) : null
  return {
    resource,
    sentence: found ? `limited by the ${resource}: ${found.because}` : notFound(utilizations),
    utilizations: utilizations.map(({ resource, share, detail, limits }) => ({ resource, share, detail, limits })),
  }
}

/** `named`: what is named as the limit, where that is not the resource itself. */
type Candidate = Utilization & { because: string; named?: string }

function percentOf(
  resource: string,
  share: number,
  say: (percent: string) => Pick<Candidate, 'detail' | 'because'>,
  limits = share >= FULL,
): Candidate {
  return { resource, share, limits, ...say(`${Math.round(100 * share)} %`) }
}

/** Of those that are equally full the last: an order waits in those before it for what is behind them. */
const greatest = (some: readonly Candidate[]): Candidate | undefined =>
  some.reduce<Candidate | undefined>((one, other) => (one && one.share > other.share ? one : other), undefined)

function notFound(utilizations: readonly Utilization[]): string {
  const [most] = utilizations
  if (!most) return 'what limits it was not found: nothing could be read'
  return `what limits it was not found: nothing was more than ${Math.ceil(100 * most.share)} % busy (${most.resource})`
}

function machineUse(readings: Readings): Candidate | undefined {
  const { idleShare, cores, services, brokers, generator, othersCores } = readings
  if (idleShare === null) return undefined
  const busy = 1 - idleShare
  const all = [
    ...services,
    ...brokers,
    { name: 'the generator', cores: generator.cpuShare },
    { name: 'what runs beside the lab', cores: othersCores },
  ]
  const consumer = all.reduce((one, other) => ((other.cores ?? 0) > (one.cores ?? 0) ? other : one))
  const most = `the greatest consumer is ${consumer.name} with ${(consumer.cores ?? 0).toFixed(2)} cores`
  const waiting = [...services.filter(isKept).map(({ name }) => name), ...(generator.isLate ? ['the generator'] : [])]
  const waited = waiting.length > 0 ? `, and ${waiting.join(' and ')} had to wait for one` : ''
  return percentOf(
    'CPU of the machine',
    busy,
    share => ({
      detail: `${cores} cores; ${most}`,
      because: `its ${cores} cores were busy ${share} of the time${waited}; ${most}`,
    }),
    busy >= MACHINE_FULL || (busy >= WAITING_ABOVE && waiting.length > 0),
  )
}

/** Busy all the time, and with far less CPU time than that takes. */
const isKept = ({ loopShare, cores }: ServiceReadings): boolean =>
  loopShare !== null && loopShare >= FULL && cores !== null && cores < KEPT * loopShare

/** @param hasIdle a core was free, so that a thread that had none is held to less than one */
function loopUse(service: ServiceReadings, hasIdle: boolean): Candidate[] {
  const { name, loopShare, cores } = service
  if (loopShare === null) return []
  const given = cores === null ? '' : `, with ${cores.toFixed(2)} s of CPU a second`
  return [
    hasIdle && isKept(service)
      ? percentOf(`share of a core that ${name} is held to`, loopShare, share => ({
          detail: `its event loop had work ${share} of the time${given}`,
          because: `its event loop had work ${share} of the time and got ${cores?.toFixed(2)} s of CPU a second`,
        }))
      : percentOf(`CPU of ${name} (one thread)`, loopShare, share => ({
          detail: `its event loop was busy ${share} of the time${given}`,
          because: `its thread was busy ${share} of the time`,
        })),
  ]
}

function brokerUse({ name, cores }: Readings['brokers'][number], all: number): Candidate[] {
  if (cores === null) return []
  return [
    percentOf(`CPU of ${name}`, Math.min(1, cores / all), share => ({
      detail: `its processes took ${cores.toFixed(2)} of ${all} cores`,
      because: `its processes took ${share} of the ${all} cores`,
    })),
  ]
}

function diskUse({ name, syncShare, syncsPerSecond }: ServiceReadings): Candidate[] {
  if (syncShare === null) return []
  return [
    percentOf(`disk of ${name}`, syncShare, share => ({
      detail: `a sync was in flight ${share} of the time, ${Math.round(syncsPerSecond ?? 0)} a second`,
      because: `a sync of its store was in flight ${share} of the time while its thread was free`,
    })),
  ]
}

/** As a service names the place in which a throttled handler waits. */
const THROTTLE = 'throttle'

const throttleUse = (service: ServiceReadings): Candidate[] =>
  service.places
    .filter(({ name }) => name === THROTTLE)
    .map(({ takenShare }) =>
      percentOf(`throttle of ${service.name}`, takenShare, share => ({
        detail: `work waited in it ${share} of the time`,
        because: `work waited in it ${share} of the time`,
      })),
    )

const placesUse = (service: ServiceReadings): Candidate[] =>
  service.places
    .filter(({ name }) => name !== THROTTLE)
    .map(({ name, limit, takenShare }) =>
      percentOf(`${name} of ${service.name}`, takenShare, share => ({
        detail: `of ${places(limit)} ${share} were taken`,
        because: `of ${places(limit)} ${share} were taken while its thread was free`,
      })),
    )

const places = (limit: number): string =>
  limit === 1 ? '1 place' : `${Math.round(limit).toLocaleString('en-US')} places`

function generatorUse({ generator }: Readings): Candidate[] {
  const reasons = [
    ...(generator.isOutOfConnections ? ['it had no connection left'] : []),
    ...(generator.isLate ? ['it started orders late'] : []),
  ]
  return reasons.map(reason => ({ resource: 'generator', share: 1, detail: reason, because: reason, limits: true }))
}

function sendUse({ name, sendShare }: ServiceReadings, broker: string | undefined): Candidate[] {
  if (sendShare === null || broker === undefined) return []
  const use = percentOf(`sends of ${name} to ${broker}`, sendShare, share => ({
    detail: `something was not acknowledged ${share} of the time`,
    because: `${name} waited for it ${share} of the time, and neither a thread nor a disk was full`,
  }))
  return [{ ...use, named: `broker ${broker}, by elimination` }]
}
