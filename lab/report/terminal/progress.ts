// Progress of a run: on a terminal a live list of what is done with its verdict, what runs now and its phase, what is to come, and how
// long it has taken and may still take; elsewhere a line for every change of step, and at most one a second where only a count
// changes. Guarantees that the list is gone when a result is shown: results stand one below the other.
import { Listr, type ListrTask, PRESET_TIMER } from 'listr2'
import type { Profile, Result } from '#engine/run/summary.ts'
import type { RuntimeName } from '../../session/environment.ts'
import { aboutText, exactText, expectedSeconds, secondsLeft, type Spent } from '../../session/expected-time.ts'
import type { Named, Reporter } from '../../session/run.ts'
import { namesText, verdictGroups } from './report.ts'
import { print } from './screen.ts'

type Line = { output: string }
type Step = {
  name: string
  done: PromiseWithResolvers<void>
  line: Line | undefined
  /** What it does, and since when it does anything. */
  text: string
  sinceMs: number | undefined
}

/** The list of the experiment that runs. `expected`: seconds, of it and of all behind it. */
type Live = { steps: Step[]; clock: Line | undefined; sinceMs: number; expected: number; toCome: number }

const TICK_MS = 1_000

/** @param showResult called with each result when its list has ended */
export function liveReporter(profile: Profile, runtime: RuntimeName, showResult: (result: Result) => void): Reporter {
  const startedMs = performance.now()
  const finished: Result[] = []
  const done: Spent = { expected: 0, actual: 0 }
  let expected: number[] = []
  let live: Live | undefined
  let running: Promise<unknown> = Promise.resolve()
  let ticking: NodeJS.Timeout | undefined
  const tick = (list: Live) => {
    list.steps.forEach(show)
    const left = secondsLeft(done, { expected: list.expected, actual: secondsSince(list.sinceMs) }, list.toCome)
    if (list.clock) list.clock.output = clockText(secondsSince(startedMs), left)
  }
  return {
    begin(named, nth, all) {
      if (nth === 1) expected = all.map(({ experiment }) => expectedSeconds(experiment, profile))
      const list: Live = {
        steps: stepsOf(named, profile, runtime),
        clock: undefined,
        sinceMs: performance.now(),
        expected: expected[nth - 1] ?? 0,
        toCome: expected.slice(nth).reduce((sum, each) => sum + each, 0),
      }
      const present: ListrTask = {
        title: `[${nth}/${all.length}] ${named.id}: ${named.experiment.question}`,
        task(_, task) {
          list.clock = task
          tick(list)
          return task.newListr(list.steps.map(stepTask))
        },
      }
      running = listOf([...doneTasks(finished), present, ...toComeTasks(all.slice(nth))]).run()
      ticking = setInterval(() => tick(list), TICK_MS).unref()
      live = list
    },
    progress(task, line) {
      // Before the first list, and behind the last, there is room for what belongs to no experiment.
      if (!live) return print(`${task}: ${line}`)
      const { steps } = live
      const own = steps.find(({ name }) => name === task || line.startsWith(`${name}: `))
      if (!own) return
      // Variants run one after the other: those before the one that reports are done.
      for (const step of steps.slice(0, steps.indexOf(own))) step.done.resolve()
      own.sinceMs ??= performance.now()
      own.text = own.name === task ? line : line.slice(own.name.length + 2)
      show(own)
    },
    async result(result) {
      clearInterval(ticking)
      for (const step of live?.steps ?? []) step.done.resolve()
      await running
      // One that could not be finished says nothing of how long others take.
      if (live && result.failure === undefined) {
        done.expected += live.expected
        done.actual += secondsSince(live.sinceMs)
      }
      live = undefined
      finished.push(result)
      showResult(result)
    },
  }
}

/** Its bottom bar is not used: where the list grows at its end, on the last line of a screen, log-update 8 loses its first line. */
const listOf = (tasks: ListrTask[]): Listr =>
  new Listr(tasks, {
    // Ctrl-C is the lab's own to handle. What was judged not valid does not end the list.
    registerSignalListeners: false,
    exitOnError: false,
    rendererOptions: { clearOutput: true, collapseSubtasks: false },
  })

const secondsSince = (sinceMs: number): number => (performance.now() - sinceMs) / 1_000

/** What is left is not told where it took longer than was expected. */
const clockText = (elapsed: number, left: number): string =>
  `${exactText(elapsed)} elapsed${left < 1 ? '' : `, ${aboutText(left)} left`}`

/** What it waits for before its variants, and these, in the order in which they run. */
function stepsOf({ experiment }: Named, profile: Profile, runtime: RuntimeName): Step[] {
  const names = experiment.variants(experiment.profiles[profile]).map(({ name }) => name)
  const { begins = 0 } = experiment
  const before = runtime === 'compose' ? ['containers'] : []
  return [...before, ...experiment.model.brokers, ...names.slice(begins), ...names.slice(0, begins)].map(name => ({
    name,
    done: Promise.withResolvers<void>(),
    line: undefined,
    text: '',
    sinceMs: undefined,
  }))
}

const stepTask = (step: Step): ListrTask => ({
  title: step.name,
  rendererOptions: { timer: PRESET_TIMER },
  task(_, task) {
    step.line = task
    show(step)
    return step.done.promise
  },
})

function show({ line, text, sinceMs }: Step): void {
  if (line && sinceMs !== undefined) line.output = `${text} (${exactText(secondsSince(sinceMs))})`
}

/** What is not valid is marked as failed. */
const doneTasks = (finished: readonly Result[]): ListrTask[] =>
  verdictGroups(finished).map(({ verdict, text }) => ({
    title: text,
    task() {
      if (verdict !== 'valid') throw new Error(text)
    },
  }))

const toComeTasks = (named: readonly Named[]): ListrTask[] =>
  named.length === 0 ? [] : [{ title: `to come: ${namesText(named.map(({ id }) => id))}`, task() {} }]

const EVERY_MS = 1_000

type Written = { line: string; step: string; atMs: number }

/** @param show called with each result */
export function plainReporter(write: (line: string) => void, show: (result: Result) => void): Reporter {
  const last = new Map<string, Written>()
  return {
    begin({ id, experiment }, nth, all) {
      write(`[${nth}/${all.length}] ${id}: ${experiment.question}`)
    },
    progress(task, line) {
      const step = line.replaceAll(/\d+/g, '')
      const now = performance.now()
      const before = last.get(task)
      if (before?.line === line || (before?.step === step && now - before.atMs < EVERY_MS)) return
      last.set(task, { line, step, atMs: now })
      write(`${task}: ${line}`)
    },
    result: show,
  }
}
