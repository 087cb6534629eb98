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
import { explain } from '#common/contracts/errors.ts'
import { makeFolder } from '#common/contracts/make-folder.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import { configurationOf } from '#engine/experiment/script.ts'
import { randomScript } from '#engine/experiment/random-script.ts'
import type { ScriptAction } from '#engine/experiment/script-format.ts'
import { writeHistory } from '#engine/run/history-file.ts'
import { historyFile } from '#engine/run/result.ts'
import type { Result, Summary } from '#engine/run/summary.ts'
import type { RunEnvironment } from '../session/environment.ts'
import { pointLatest, saveSummary } from '../session/run-folder.ts'
import { judgeInThread, reportInThread } from './judging.ts'
import { type Lane, openLane } from './lane.ts'
import {
  type DeadLetters,
  type Frame,
  type LaneFacts,
  type LaneFrame,
  SHOWN_SECONDS,
  type Story,
} from './page/protocol.ts'

const FRAME_MS = 250
const COUNTED = ['lost', 'duplicated', 'oversold', 'unexpected'] as const
/** Of what a page is told that has just been opened. */
const KEPT_ORDERS = 3_000

export type LiveSession = {
  facts(): LaneFacts[]
  /** Calls at once with all that a new page needs, then four times a second with what is new. Returns how to end it. */
  subscribe(onFrame: (frame: Frame) => void): () => void
  /** In each of the lanes at once. @throws Error in one sentence that names the lanes in which it could not be done */
  perform(models: readonly string[], action: ScriptAction): Promise<void>
  /** Begins a script by chance. @throws as `perform` */
  playRandom(models: readonly string[], seed: number): Promise<void>
  judge(model: string): Promise<void>
  /** Ends the lane and begins it again, on empty stores. @throws RangeError for a configuration that there is not */
  restart(model: string, configuration: string): Promise<void>
  story(model: string, index: number): Promise<Story | undefined>
  /** @throws RangeError where there is no such lane */
  deadLetters(model: string): DeadLetters | undefined
  /** All that a page needs which has missed something. */
  whole(): Frame
  folder: string
  close(): Promise<void>
}

export type LiveOptions = {
  models: readonly ComparableModel[]
  environment: RunEnvironment
  summary: Summary
  folder: string
  /** When the session began, on the clock of `performance`. */
  beganMs: number
  /** Of each lane when it begins. */
  ordersPerSecond: number
  signal: AbortSignal
}

/** What is in the place of a model now. `busy`: it is judged, or begins again. */
type Seat = { model: ComparableModel; lane: Lane; round: number; kept: LaneFrame; busy?: Promise<void> }

export function openLiveSession(options: LiveOptions): LiveSession {
  const { models, folder } = options
  const seats = new Map(models.map(model => [model.name, sit(options, model, 1)]))
  const frames = tellFrames(seats)
  const writeReport = reportsInTurn(options)
  const seatOf = (name: string): Seat => {
    const seat = seats.get(name)
    if (seat) return seat
    throw new RangeError(`There is no lane "${name}"; there are: ${[...seats.keys()].join(', ')}.`)
  }
  return {
    folder,
    facts: () => [...seats.values()].map(({ lane }) => lane.facts),
    subscribe: frames.subscribe,
    whole: frames.whole,
    perform: (names, action) =>
      inEach(names, async name => {
        const seat = seatOf(name)
        requirePhase(seat, ['starting', 'running'])
        await seat.lane.perform(action)
      }),
    playRandom: (names, seed) =>
      inEach(names, async name => {
        const seat = seatOf(name)
        requirePhase(seat, ['running'])
        seat.lane.play(randomScript(seed))
      }),
    judge(name) {
      const seat = seatOf(name)
      return alone(seat, ['running'], () => judge(seat, options, writeReport))
    },
    restart(name, configuration) {
      const seat = seatOf(name)
      configurationOf(seat.model, { configurations: { [name]: configuration } })
      return alone(seat, ['running', 'judged', 'failed'], async () => {
        await seat.lane.close()
        seats.set(name, sit(options, seat.model, seat.round + 1, configuration))
      })
    },
    deadLetters: name => seatOf(name).lane.deadLetters(),
    story: async (name, index) => seatOf(name).lane.story(index),
    async close() {
      frames.end()
      // A judgement that is under way is saved, or fails since its lane is gone.
      await Promise.all([...seats.values()].map(({ lane }) => lane.close()))
      await Promise.allSettled([...seats.values()].flatMap(({ busy }) => busy ?? []))
    },
  }
}

/** At once, and in each whatever becomes of the others. @throws Error in one sentence that names those in which it failed */
async function inEach(names: readonly string[], work: (name: string) => Promise<void>): Promise<void> {
  const done = await Promise.allSettled(names.map(work))
  const problems = done.flatMap((each, nth) =>
    each.status === 'rejected' ? `${names[nth]}: ${explain(each.reason)}` : [],
  )
  if (problems.length > 0) throw new Error(problems.join('; '))
}

/** Tells the listeners what is new, until it is ended. */
function tellFrames(seats: ReadonlyMap<string, Seat>): Pick<LiveSession, 'subscribe' | 'whole'> & { end(): void } {
  const listeners = new Set<(frame: Frame) => void>()
  const whole = (): Frame => ({ isWhole: true, lanes: [...seats.values()].map(({ kept }) => kept) })
  const timer = setInterval(() => {
    const lanes = [...seats.values()].map(seat => {
      const frame = seat.lane.takeFrame()
      seat.kept = keep(seat.kept, frame)
      return frame
    })
    for (const listener of listeners) listener({ isWhole: false, lanes })
  }, FRAME_MS)
  return {
    whole,
    subscribe(onFrame) {
      onFrame(whole())
      listeners.add(onFrame)
      return () => void listeners.delete(onFrame)
    },
    end: () => clearInterval(timer),
  }
}

/** One thing at a time, and nothing else of the lane meanwhile. @throws Error in one sentence where it cannot do it now */
async function alone(seat: Seat, allowed: readonly LaneFrame['phase'][], work: () => Promise<void>): Promise<void> {
  requirePhase(seat, allowed)
  seat.busy = work()
  await seat.busy.finally(() => delete seat.busy)
}

/** @throws Error in one sentence where the lane cannot do it now */
function requirePhase({ lane, busy }: Seat, allowed: readonly LaneFrame['phase'][]): void {
  const phase = lane.phase()
  if (!busy && allowed.includes(phase)) return
  const why = {
    starting: 'is starting',
    running: 'begins again',
    judging: 'is being judged',
    judged: 'is judged',
    failed: 'has failed',
  }
  throw new Error(`the lane ${why[phase]}`)
}

/** One after the other, each with all results that there are when its turn comes. */
function reportsInTurn({ summary, folder }: LiveOptions): () => Promise<string> {
  let last: Promise<unknown> = Promise.resolve()
  return () => {
    const written = last.then(() => reportInThread(summary, folder))
    last = written.catch(() => {})
    return written
  }
}

async function judge(seat: Seat, options: LiveOptions, writeReport: () => Promise<string>): Promise<void> {
  const { summary } = options
  const { lane } = seat
  lane.tell({ phase: 'judging', sentence: 'put right; waiting until every order is decided' })
  try {
    const result = await judged(seat, options)
    summary.results.push(result)
    save(options)
    const lines = result.checks.map(({ name, verdict, detail }) => `${verdict} ${name}: ${detail}`)
    const report = await writeReport()
    const { verdict } = result
    lane.tell({ phase: 'judged', sentence: sentenceOf(result), judged: { verdict, lines, report } }, foundIn(result))
  } catch (error) {
    lane.tell({ phase: 'failed', sentence: `It could not be judged: ${explain(error)}` })
  }
}

/** What the page counts while it runs, as the result has it. */
const foundIn = ({ checks }: Result) =>
  Object.fromEntries(COUNTED.map(name => [name, checks.find(check => check.name === name)?.found ?? 0]))

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
  return { model, lane, round, kept: lane.takeFrame() }
}

const nameOf = (round: number): string => (round === 1 ? 'script' : `script-${round}`)

function keep(before: LaneFrame, now: LaneFrame): LaneFrame {
  const orders = new Map([...before.orders, ...now.orders].map(dot => [dot[0], dot]))
  return {
    ...now,
    orders: [...orders.values()].slice(-KEPT_ORDERS),
    seconds: [...before.seconds, ...now.seconds].slice(-SHOWN_SECONDS),
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
  const file = historyFile(own, configurationOf(model, script).name)
  await writeHistory(file, history)
  writeFileSync(join(own, 'script.json'), `${JSON.stringify(script, null, 2)}\n`)
  const seconds = (performance.now() - began) / 1_000
  return { ...(await judgeInThread({ model: model.name, script, name, file, seconds })), script }
}

function save({ summary, folder, beganMs }: LiveOptions): void {
  summary.seconds = (performance.now() - beganMs) / 1_000
  summary.requested = summary.results.map(({ model, experiment }) => `${model}/${experiment}`)
  saveSummary(summary, folder)
  pointLatest(join(folder, '..'), folder)
}

function sentenceOf({ verdict, checks }: Result): string {
  const wrong = checks.filter(check => check.verdict !== 'valid').map(check => `${check.verdict} ${check.name}`)
  if (wrong.length === 0) return `valid: all ${checks.length} checks are`
  return `${verdict}: ${wrong.join(', ')} (of ${checks.length} checks)`
}
