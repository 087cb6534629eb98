/**
 * A lane at work: its load, the steps that are performed on it, and what is read of it meanwhile.
 *
 * Guarantees: one step after the other; rows are read again only when the last reading is over, and the longer it took the longer it
 * rests, so that reading stays a small part of what the services do.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { monotonicNs } from '#common/contracts/clock.ts'
import { nearestRank } from '#engine/analysis/latency.ts'
import type { ComparableModel, Configuration } from '#engine/experiment/comparison-adapter.ts'
import { actionOf, DEADLINE_MS, nameOf, QUIESCENCE_MS } from '#engine/experiment/script.ts'
import type { ScriptAction } from '#engine/experiment/script-format.ts'
import { openEndlessLoad, type EndlessEnd, type EndlessLoad } from '#engine/load/endless.ts'
import { initialStock, orderMix } from '#engine/load/mix.ts'
import { openPolling, type Polling } from '#engine/load/polls.ts'
import { awaitQuiescence } from '#engine/run/evidence.ts'
import { type EvidenceFeed, openEvidenceFeed } from '#engine/run/evidence-feed.ts'
import { type Evidence, HISTORY_FORMAT, type History } from '#engine/run/history.ts'
import { watchPauses } from '#engine/run/lab-pauses.ts'
import { countInjections, sampleDepths } from '#engine/run/observations.ts'
import type { Deployed } from '#engine/run/run-variant.ts'
import { watchIdle } from '#host/machine-idle.ts'
import { familiesOf, readProcesses } from '#host/process-table.ts'
import { judgeSoFar } from './judge-so-far.ts'
import { type LiveOrders, trackOrders } from './orders.ts'
import { partsOf, type PartStates, trackParts } from './parts.ts'
import type { Counters, LaneFrame } from './page/protocol.ts'

/** That of the mix of the experiments: one kitchen is sold out after some 4,000 orders. */
export const OPENING_STOCK = initialStock(orderMix({ count: 10_000, scarceStock: 200 }))
/** The memory of the lab and of the page, and the time that the checks take. */
const MOST_ORDERS = 200_000
const READ_EVERY_MS = 250
const JUDGE_EVERY_MS = 1_000
/** Reading and judging rest so many times as long as they took. */
const REST = 4
/** Orders that are drawn each second. */
const DRAWN_PER_SECOND = 100
const POLLED_EVERY = 40

export type Work = {
  nowMs(): number
  orders: LiveOrders
  feed: EvidenceFeed
  originNs: number
  /** @throws Error in one sentence */
  perform(action: ScriptAction): Promise<void>
  remedies(): ScriptAction[]
  takeFrame(): Omit<LaneFrame, 'model' | 'round' | 'phase' | 'sentence'>
  finish(): Promise<History>
  close(): Promise<void>
}

type Options = Deployed & {
  model: ComparableModel
  configuration: Configuration
  /** Names the users and keys of its orders. */
  id: string
  seed: number
  signal: AbortSignal
}

type Desk = Options & {
  originNs: number
  originUnixMs: number
  load: EndlessLoad
  orders: LiveOrders
  feed: EvidenceFeed
  polling: Polling
  parts: PartStates
  rate: number
  poisons: number
  duplicating: boolean
  raw: History['raw']
  executedSteps: History['executedSteps']
  marks: LaneFrame['marks']
  counters: Pick<Counters, 'lost' | 'duplicated' | 'oversold' | 'unexpected'> & { atNs: number }
}

export function beginWork(options: Options): Work {
  const desk = openDesk(options)
  const { model, orders, feed, originNs, runtime } = desk
  const nowMs = (): number => Math.round((monotonicNs() - originNs) / 1e6)
  const injections = countInjections(runtime)
  const pauses = watchPauses(monotonicNs)
  const idle = watchIdle()
  const sampling = sampleDepths(desk.inspector, { on: model.brokers.length > 0, nowNs: monotonicNs })
  const cores = watchCores(desk)
  const watching = new AbortController()
  const watched = watch(desk, watching.signal)
  let last: Promise<void> = Promise.resolve()
  return {
    nowMs,
    orders,
    feed,
    originNs,
    perform(action) {
      const done = last.then(() => performStep(desk, action, injections.record))
      last = done.catch(() => {})
      return done
    },
    remedies: () => [...(desk.duplicating ? [{ action: 'stop-duplicator' as const }] : []), ...desk.parts.remedies()],
    takeFrame: () => frameOf(desk, cores()),
    async finish() {
      const end = await desk.load.stop()
      watching.abort()
      await watched
      const labPauses = pauses.finish()
      const idleShare = idle()
      const { evidence, quiescent } = await quiet(desk)
      showEnd(desk, evidence)
      await sampling.finish()
      const polls = await desk.polling.finish()
      await Promise.all(model.services.map(({ name }) => injections.record(name)))
      const machine = idleShare === undefined ? { unknown: 'there is no /proc/stat here' } : { idleShare }
      const read = {
        evidence,
        quiescent,
        polls,
        labPauses,
        machine,
        samples: sampling.samples,
        faults: injections.views,
      }
      return { ...factsOf(desk, end), ...read }
    },
    async close() {
      watching.abort()
      pauses.stop()
      sampling.stop()
      await desk.load.close()
      await watched
    },
  }
}

function openDesk(options: Options): Desk {
  const { model, configuration, id, seed, runtime, inspector, signal } = options
  const originNs = monotonicNs()
  const orders = trackOrders(originNs)
  const url = runtime.url(model.entry)
  const polling = openPolling({ url, nowNs: monotonicNs, signal })
  const target = { url, path: '/order' }
  const job = { target, deadlineMs: DEADLINE_MS, seed, runId: id, mix: {}, most: MOST_ORDERS }
  const parts = trackParts(partsOf(model, configuration.environment), runtime)
  const canAnswer = (name: string) => parts.now().some(part => part.name === name && part.state === 'up')
  const load = openEndlessLoad(job, news => {
    orders.addNews(news)
    for (const { index, plannedNs } of news.started) {
      const order = orders.planned[index]
      if (order && index % POLLED_EVERY === 0) polling.follow(order, plannedNs)
    }
  })
  return {
    ...options,
    originNs,
    originUnixMs: Date.now(),
    load,
    orders,
    feed: openEvidenceFeed({ model, runtime, inspector, canAnswer }),
    polling,
    parts,
    rate: 0,
    poisons: 0,
    duplicating: false,
    raw: [],
    executedSteps: [],
    marks: [],
    counters: { lost: 0, duplicated: 0, oversold: 0, unexpected: 0, atNs: originNs },
  }
}

async function performStep(
  desk: Desk,
  action: ScriptAction,
  recordInjections: (service: string) => Promise<void>,
): Promise<void> {
  const { model, load, parts, orders, runtime, inspector, raw } = desk
  const atNs = monotonicNs()
  const mark = (text: string) => void desk.marks.push({ atMs: Math.round((atNs - desk.originNs) / 1e6), text })
  if (action.action === 'rate') {
    load.setRate(action.ordersPerSecond)
    // Then no order of the rate before is still to come.
    await load.flush()
    desk.rate = action.ordersPerSecond
    return mark(`${action.ordersPerSecond} orders/s`)
  }
  if (action.action === 'burst') {
    load.burst(action.orders)
    return mark(`${action.orders} orders at once`)
  }
  const step = actionOf(model, action, desk.poisons)
  if (!step) return
  if (action.action === 'poison') desk.poisons++
  const name = 'target' in action ? (nameOf(model, action.target) ?? '') : ''
  parts.begin(name, action)
  try {
    const addRaw = (messages: readonly History['raw'][number][]) => void raw.push(...messages)
    const context = { planned: orders.planned, runtime, inspector, recordInjections, addRaw }
    const result = await step.run(context)
    desk.executedSteps.push({
      atNs,
      doneNs: monotonicNs(),
      action: step.action,
      target: step.target,
      ...(result === undefined ? {} : { result }),
    })
    if (action.action === 'start-duplicator') desk.duplicating = true
    if (action.action === 'stop-duplicator') desk.duplicating = false
    mark(markOf(name, action))
  } finally {
    parts.done(name, action)
  }
}

const PAST: Readonly<Record<string, string>> = {
  kill: 'killed',
  start: 'started',
  pause: 'paused',
  resume: 'resumed',
  isolate: 'cut off',
  heal: 'healed',
  'start-duplicator': 'every message twice',
  'stop-duplicator': 'every message once',
  poison: 'a poison message',
}

function markOf(name: string, action: ScriptAction): string {
  if (action.action !== 'fault') return `${name} ${PAST[action.action]}`.trim()
  const settings = Object.entries(action.settings).map(([fault, setting]) =>
    setting === null ? `${fault} off` : `${fault} ${Object.values(setting as object).join(' ')}`.trim(),
  )
  return `${name}: ${settings.join(', ')}`
}

/** Reads the rows and judges them, until it is aborted. */
async function watch(desk: Desk, signal: AbortSignal): Promise<void> {
  let judgedMs = 0
  let judgeAtMs = 0
  while (!signal.aborted) {
    const beganMs = performance.now()
    const cutNs = monotonicNs()
    const isJudged = beganMs >= judgeAtMs
    await desk.feed.read(isJudged)
    desk.orders.addEvidence(desk.feed.evidence)
    if (isJudged && !signal.aborted) {
      await desk.load.flush().catch(() => {})
      const judgingMs = performance.now()
      const { orders, feed, raw } = desk
      const found = judgeSoFar({ orders, evidence: feed.evidence, raw, openingStock: OPENING_STOCK, cutNs })
      desk.counters = { ...found, atNs: cutNs }
      judgedMs = performance.now() - judgingMs
      judgeAtMs = performance.now() + Math.max(JUDGE_EVERY_MS, REST * REST * judgedMs)
    }
    const restMs = Math.max(READ_EVERY_MS, REST * (performance.now() - beganMs - judgedMs))
    await wait(restMs, undefined, { signal }).catch(() => {})
  }
}

function frameOf(desk: Desk, cores: number | null): Omit<LaneFrame, 'model' | 'round' | 'phase' | 'sentence'> {
  const { orders, feed, parts, rate, counters, originNs, marks, duplicating } = desk
  const nowNs = monotonicNs()
  const { decisions, notifications, deadLetters } = feed.evidence
  const oneIn = Math.max(1, Math.ceil(rate / DRAWN_PER_SECOND))
  const { atNs, ...found } = counters
  return {
    nowMs: Math.round((nowNs - originNs) / 1e6),
    ordersPerSecond: rate,
    oneIn,
    orders: orders.takeChanged(oneIn),
    seconds: orders.takeSeconds(nowNs, { deadLetters: deadLetters.length, cores }),
    counters: {
      ...found,
      ...orders.totals(),
      reserved: decisions.filter(({ outcome, released }) => outcome.status === 'reserved' && !released).length,
      notified: notifications.length,
      deadLetters: deadLetters.length,
      ageMs: Math.round((nowNs - atNs) / 1e6),
    },
    parts: parts.now(),
    marks: marks.splice(0),
    duplicating,
  }
}

/** CPU time of services and brokers since the last call, in cores; null where it cannot be read. */
function watchCores({ runtime: { host } }: Desk): () => number | null {
  let before: { atMs: number; seconds: number } | undefined
  let cores: number | null = null
  return () => {
    const atMs = performance.now()
    if (!host || (before && atMs - before.atMs < 1_000)) return cores
    const rows = readProcesses()
    if (!rows) return null
    const seconds = host
      .processes()
      .flatMap(({ pids }) => familiesOf(rows, pids) ?? [])
      .reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
    // What ended meanwhile takes its time with it.
    cores = before && seconds >= before.seconds ? (1_000 * (seconds - before.seconds)) / (atMs - before.atMs) : null
    before = { atMs, seconds }
    return cores
  }
}

/** What the page shows from then on is what is judged. */
function showEnd(desk: Desk, evidence: Evidence): void {
  const { orders, feed, raw } = desk
  Object.assign(feed.evidence, evidence)
  orders.addEvidence(evidence)
  const found = judgeSoFar({ orders, evidence, raw, openingStock: OPENING_STOCK, cutNs: Infinity })
  desk.counters = { ...found, atNs: monotonicNs() }
}

const quiet = ({ model, runtime, inspector, signal }: Desk) =>
  awaitQuiescence({
    model,
    variant: { quiescenceMs: QUIESCENCE_MS },
    runtime,
    inspector,
    probe: () => Promise.reject(new Error('nothing is awaited but that all is quiet')),
    signal,
  })

function factsOf({ orders, originNs, originUnixMs, raw, executedSteps }: Desk, { cpuShare, connections }: EndlessEnd) {
  const attempts = orders.attempts.toSorted((one, other) => one.startedNs - other.startedNs)
  const lateMs = attempts.map(({ startedNs, plannedNs }) => (startedNs - plannedNs) / 1e6).sort((a, b) => a - b)
  const rank = (perMille: number) => nearestRank(lateMs, perMille)
  const lateness = lateMs.length === 0 ? undefined : { p50Ms: rank(500), p99Ms: rank(990), maxMs: rank(1_000) }
  return {
    format: HISTORY_FORMAT as typeof HISTORY_FORMAT,
    planned: orders.planned,
    warmUpOrders: 0,
    attempts,
    plannedStarts: attempts.length,
    originNs,
    originUnixMs,
    deadlineMs: DEADLINE_MS,
    generator: { origin: 'thread' as const, cpuShare, connections, lateness },
    discarded: [],
    raw,
    executedSteps,
    openingStock: OPENING_STOCK,
    // Its services are processes of this machine, with its clock.
    clocksAgree: true,
  }
}
