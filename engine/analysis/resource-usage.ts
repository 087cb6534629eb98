// What a model uses, from the history alone: CPU, bytes and syncs per 1,000 orders that were requested, and memory.
//
// The window begins with the first measured order and ends when every accepted order is decided and notified
// (engine/run/usage.ts). In it are: services and brokers, whole families of processes, with all that they do besides; what is
// left of the warm-up, and less than a second of rest at its end; pages that conditions of the timeline read, and the few
// probes that tell that all is decided: pages of decisions and notifications, depths, dead letters. Not in it: the lab, its
// generator, and the evidence.
//
// `written` is what was handed to the file system, a page at a time: what changes twice before it is synced counts once.
// `synced` is what its disk wrote, by whoever, so it is at most that; what is not synced reaches the disk later, unseen,
// unless the window lasts for half a minute. The stores of the services are synced in every model: what a broker adds shows
// in `written by brokers` and in `syncs`.
//
// Two things move these numbers and are no property of a model: a Java that has just started still compiles, so that the
// first variant of a broker pays more; and a busy machine puts more orders into one commit, so that it writes less per order.
import { orderTimelines } from './order-timeline.ts'
import type { History, ResourceUsage, Usage, UsageReading } from '../run/history.ts'
import type { Measure } from '../run/summary.ts'

type Amount = Pick<Measure, 'value' | 'note'>
type Kind = 'service' | 'broker'
type Figure = 'cpuSeconds' | 'writtenBytes' | 'memoryBytes'
type Known = Exclude<Usage, { unknown: string }>

const BOTH: readonly Kind[] = ['service', 'broker']
const unknown = (note: string): Amount => ({ value: null, note })

export function usageMeasures(history: History): Omit<Measure, 'variant'>[] {
  const { usage } = history
  if (!usage) return []
  const requested = orderTimelines(history).filter(({ attempt }) => attempt).length
  const amountOf = (unit: string, factor: number, read: (known: Known) => Amount) => {
    const amount = 'unknown' in usage ? unknown(usage.unknown) : read(usage)
    return { unit, ...amount, value: amount.value === null ? null : amount.value * factor }
  }
  const per1000 = (unit: string, scale: number, read: (known: Known) => Amount) =>
    amountOf(
      `${unit}/1,000 orders`,
      1_000 / scale / requested,
      requested === 0 ? () => unknown('no order was requested') : read,
    )
  const cpu = (kinds: readonly Kind[]) => per1000('s', 1, known => spent(known, 'cpuSeconds', kinds))
  const written = (kinds: readonly Kind[]) => per1000('kB', 1e3, known => spent(known, 'writtenBytes', kinds))
  const memory = (kinds: readonly Kind[]) => amountOf('MB', 1e-6, ({ after }) => sum(after, 'memoryBytes', kinds))
  return [
    { name: 'CPU', ...cpu(BOTH) },
    { name: 'CPU of services', ...cpu(['service']) },
    { name: 'CPU of brokers', ...cpu(['broker']) },
    { name: 'written', ...written(BOTH) },
    { name: 'written by services', ...written(['service']) },
    { name: 'written by brokers', ...written(['broker']) },
    { name: 'synced', ...per1000('kB', 1e3, known => byDevice(known, 'writtenBytes')) },
    { name: 'syncs', ...per1000('syncs', 1, known => byDevice(known, 'flushes')) },
    { name: 'memory', ...memory(BOTH) },
    { name: 'memory of services', ...memory(['service']) },
    { name: 'memory of brokers', ...memory(['broker']) },
    { name: 'processes', ...amountOf('', 1, ({ after }) => ({ value: after.uses.length })) },
  ]
}

/** Between both readings; unknown as soon as one process was not there from the first to the last. */
function spent({ before, after }: Known, figure: Figure, kinds: readonly Kind[]): Amount {
  const changed = after.uses.find(({ name, kind, use }) => {
    return kinds.includes(kind) && use && useOf(before, name)?.began !== use.began
  })
  if (changed) return unknown(`${changed.name} was not the same process throughout`)
  const [first, last] = [sum(before, figure, kinds), sum(after, figure, kinds)]
  if (first.value === null) return first
  return last.value === null ? last : { value: last.value - first.value }
}

function sum({ uses }: UsageReading, figure: Figure, kinds: readonly Kind[]): Amount {
  let value = 0
  for (const { name, kind, use } of uses.filter(({ kind }) => kinds.includes(kind))) {
    if (!use) return unknown(kind === 'broker' ? `${name} was no process of the lab` : `${name} did not run`)
    const figureOf = use[figure]
    if (figureOf === null) return unknown(`what ${name} has used cannot be read here`)
    value += figureOf
  }
  return { value }
}

/** What brokers that are no processes of the lab keep may be on another disk. */
function byDevice({ before, after }: Known, figure: 'writtenBytes' | 'flushes'): Amount {
  const elsewhere = after.uses.find(({ name, kind, use }) => kind === 'broker' && !use && !useOf(before, name))
  if (elsewhere) return unknown(`${elsewhere.name} was no process of the lab`)
  const [first, last] = [before.device, after.device]
  if (!first || !last) return unknown('no disk that counts holds the data, or it could not be synced before')
  const [from, to] = [first[figure], last[figure]]
  return from === null || to === null ? unknown('the disk counts no flushes') : { value: to - from }
}

const useOf = ({ uses }: UsageReading, name: string): ResourceUsage | null | undefined =>
  uses.find(each => each.name === name)?.use
