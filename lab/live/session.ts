/**
 * A live session: the lanes of some models side by side, what pages are told of them, and the results of those that were judged, in a
 * folder as any run has one.
 *
 * Guarantees: what one lane does or fails to do stops no other; the results of a lane are saved when it is judged, and a session that
 * ends keeps them. Does not measure in quiet: lanes, load and page share the machine, so that its verdicts count and its times are of
 * a demonstration.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import { configurationOf, scriptedExperiment } from '#engine/experiment/script.ts'
import { randomScript } from '#engine/experiment/random-script.ts'
import type { ScriptAction } from '#engine/experiment/script-format.ts'
import { writeHistory } from '#engine/run/history-file.ts'
import { evaluate, historyFile, resultOf } from '#engine/run/result.ts'
import type { Result, Summary } from '#engine/run/summary.ts'
import { writeReport } from '../cli/commands/past-runs.ts'
import type { RunEnvironment } from '../session/environment.ts'
import { pointLatest, saveSummary } from '../session/run-folder.ts'
import { type Lane, openLane } from './lane.ts'
import type { Frame, LaneFacts, LaneFrame, Story } from './page/protocol.ts'

const FRAME_MS = 250
/** Of what a page is told that has just been opened: orders of the last seconds, and curves of the last minutes. */
const KEPT_ORDERS = 3_000
const KEPT_SECONDS = 300

export type LiveSession = {
  facts(): LaneFacts[]
  /** Calls at once with all that a new page needs, then four times a second with what is new. Returns how to end it. */
  subscribe(onFrame: (frame: Frame) => void): () => void
  /** In each of the lanes at once. @throws Error in one sentence that names the lanes in which it could not be done */
  perform(models: readonly string[], action: ScriptAction): Promise<void>
  /** A script by chance, in each of the lanes. @throws Error in one sentence that names the lane in which one is played */
  playRandom(models: readonly string[], seed: number): void
  judge(model: string): Promise<void>
  /** Ends the lane and begins it again, on empty stores. @throws RangeError for a configuration that there is not */
  restart(model: string, configuration: string): Promise<void>
  story(model: string, index: number): Story | undefined
  folder: string
  summary: Summary
  close(): Promise<void>
}

export type LiveOptions = {
  models: readonly ComparableModel[]
  environment: RunEnvironment
  summary: Summary
  folder: string
  /** Of each lane when it begins. */
  ordersPerSecond: number
  signal: AbortSignal
}

type Seat = { model: ComparableModel; lane: Lane; round: number; kept: LaneFrame; configuration: string }

export function openLiveSession(options: LiveOptions): LiveSession {
  const { models, summary, folder } = options
  const seats = new Map(models.map(model => [model.name, sit(options, model, 1)]))
  const listeners = new Set<(frame: Frame) => void>()
  const seatOf = (name: string): Seat => {
    const seat = seats.get(name)
    if (seat) return seat
    throw new RangeError(`There is no lane "${name}"; there are: ${[...seats.keys()].join(', ')}.`)
  }
  const timer = setInterval(() => {
    const lanes = [...seats.values()].map(seat => {
      const frame = seat.lane.takeFrame()
      seat.kept = keep(seat.kept, frame)
      return frame
    })
    for (const listener of listeners) listener({ isWhole: false, lanes })
  }, FRAME_MS)
  return {
    folder,
    summary,
    facts: () => [...seats.values()].map(({ lane }) => lane.facts),
    subscribe(onFrame) {
      onFrame({ isWhole: true, lanes: [...seats.values()].map(({ kept }) => kept) })
      listeners.add(onFrame)
      return () => void listeners.delete(onFrame)
    },
    async perform(names, action) {
      const done = await Promise.allSettled(names.map(name => seatOf(name).lane.perform(action)))
      const problems = done.flatMap((each, nth) =>
        each.status === 'rejected' ? `${names[nth]}: ${whyOf(each.reason)}` : [],
      )
      if (problems.length > 0) throw new Error(problems.join('; '))
    },
    playRandom(names, seed) {
      for (const name of names) {
        try {
          seatOf(name).lane.play(randomScript(seed))
        } catch (error) {
          throw new Error(`${name}: ${whyOf(error)}`, { cause: error })
        }
      }
    },
    async judge(name) {
      const seat = seatOf(name)
      seat.lane.tell({ phase: 'judging', sentence: 'put right; waiting until every order is decided' })
      try {
        const result = await judged(seat, options)
        summary.results.push(result)
        save(summary, folder)
        const lines = result.checks.map(({ name: check, verdict, detail }) => `${verdict} ${check}: ${detail}`)
        const report = await writeReport(summary, folder)
        seat.lane.tell({
          phase: 'judged',
          sentence: sentenceOf(result),
          judged: { verdict: result.verdict, lines, report },
        })
      } catch (error) {
        seat.lane.tell({ phase: 'failed', sentence: `It could not be judged: ${whyOf(error)}` })
      }
    },
    async restart(name, configuration) {
      const seat = seatOf(name)
      configurationOf(seat.model, { configurations: { [name]: configuration } })
      await seat.lane.close()
      seats.set(name, sit(options, seat.model, seat.round + 1, configuration))
    },
    story: (name, index) => seatOf(name).lane.story(index),
    async close() {
      clearInterval(timer)
      await Promise.all([...seats.values()].map(({ lane }) => lane.close()))
    },
  }
}

function sit(
  { environment, summary, folder, ordersPerSecond, signal }: LiveOptions,
  model: ComparableModel,
  round: number,
  wanted?: string,
): Seat {
  const configuration = configurationOf(model, { configurations: wanted === undefined ? {} : { [model.name]: wanted } })
  const lane = openLane({
    model,
    ready: async () => {
      const ready = await environment.ready(model)
      Object.assign(summary.brokers, ready.brokers)
      return ready
    },
    configuration,
    round,
    id: `lab-${summary.run.slice(-4)}.${model.name}.${round}`,
    seed: summary.seed,
    folder: join(folder, model.name, nameOf(round)),
    signal,
  })
  // A lane that does not start says so itself.
  lane.perform({ action: 'rate', ordersPerSecond }).catch(() => {})
  return { model, lane, round, kept: lane.takeFrame(), configuration: configuration.name }
}

const nameOf = (round: number): string => (round === 1 ? 'script' : `script-${round}`)

function keep(before: LaneFrame, now: LaneFrame): LaneFrame {
  const orders = new Map([...before.orders, ...now.orders].map(dot => [dot[0], dot]))
  return {
    ...now,
    orders: [...orders.values()].slice(-KEPT_ORDERS),
    seconds: [...before.seconds, ...now.seconds].slice(-KEPT_SECONDS),
    marks: [...before.marks, ...now.marks],
  }
}

async function judged({ model, lane, round }: Seat, { folder }: LiveOptions): Promise<Result> {
  const began = performance.now()
  const name = nameOf(round)
  const history = await lane.finish()
  const script = lane.script()
  const own = join(folder, model.name, name)
  makeFolder(own)
  const experiment = scriptedExperiment(model, script)
  const variants = experiment.variants({})
  const results = variants.map(variant => evaluate(variant, history))
  for (const { variant } of results) await writeHistory(historyFile(own, variant.name), history)
  writeFileSync(join(own, 'script.json'), `${JSON.stringify(script, null, 2)}\n`)
  const seconds = (performance.now() - began) / 1_000
  const result = resultOf({ experiment, name, profile: 'full', variants, results, seconds, failure: undefined })
  return { ...result, script }
}

function save(summary: Summary, folder: string): void {
  summary.requested = summary.results.map(({ model, experiment }) => `${model}/${experiment}`)
  saveSummary(summary, folder)
  pointLatest(join(folder, '..'), folder)
}

function sentenceOf({ verdict, checks }: Result): string {
  const wrong = checks.filter(check => check.verdict !== 'valid').map(check => `${check.verdict} ${check.name}`)
  if (wrong.length === 0) return `valid: all ${checks.length} checks are`
  return `${verdict}: ${wrong.join(', ')} (of ${checks.length} checks)`
}

const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
