// Progress of a run: on a terminal a task list for each experiment, with a line for each variant and each broker and how long it
// has taken; elsewhere a line for every change of step, and at most one a second where only a count changes.
import { Listr, type ListrTask, PRESET_TIMER } from 'listr2'
import type { Profile, Result } from '#engine/run/summary.ts'
import type { Reporter } from '../../session/run.ts'
import type { RuntimeName } from '../../session/environment.ts'
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

const TICK_MS = 1_000

/** @param showResult called with each result when its task list has ended */
export function liveReporter(profile: Profile, runtime: RuntimeName, showResult: (result: Result) => void): Reporter {
  let steps: Step[] = []
  let running: Promise<unknown> = Promise.resolve()
  let ticking: NodeJS.Timeout | undefined
  const startedMs = performance.now()
  return {
    begin({ id, experiment }, nth, of) {
      const sofar = nth === 1 ? '' : `, ${elapsed(startedMs)}`
      print(`[${nth}/${of}${sofar}] ${id}: ${experiment.question}`)
      const names = experiment.variants(experiment.profiles[profile]).map(({ name }) => name)
      const { begins = 0 } = experiment
      const variants = [...names.slice(begins), ...names.slice(0, begins)]
      const before = runtime === 'compose' ? ['containers'] : []
      steps = [...before, ...experiment.model.brokers, ...variants].map(name => ({
        name,
        done: Promise.withResolvers<void>(),
        line: undefined,
        text: '',
        sinceMs: undefined,
      }))
      running = listOf(steps).run()
      ticking = setInterval(() => steps.forEach(show), TICK_MS).unref()
    },
    progress(task, line) {
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
      const unfinished = result.failure
      for (const { name, done } of steps) {
        const measured = result.measures.some(({ variant }) => variant === name)
        const isVariant = result.variants.some(variant => variant.name === name)
        if (unfinished && isVariant && !measured) done.reject(new Error(unfinished))
        else done.resolve()
      }
      await running
      showResult(result)
    },
  }
}

function show({ line, text, sinceMs }: Step): void {
  if (line && sinceMs !== undefined) line.output = `${text} (${elapsed(sinceMs)})`
}

/** `12 s`, `2 min 5 s`. */
function elapsed(sinceMs: number): string {
  const seconds = Math.floor((performance.now() - sinceMs) / 1_000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

function listOf(steps: readonly Step[]): Listr {
  const tasks = steps.map(
    (step): ListrTask => ({
      title: step.name,
      task: (_, task) => {
        step.line = task
        return step.done.promise
      },
    }),
  )
  // Ctrl-C is the lab's own to handle. A rejected step is shown and does not end the list.
  return new Listr(tasks, {
    registerSignalListeners: false,
    exitOnError: false,
    rendererOptions: { timer: PRESET_TIMER },
  })
}

const EVERY_MS = 1_000

type Written = { line: string; step: string; atMs: number }

/** @param show called with each result */
export function plainReporter(write: (line: string) => void, show: (result: Result) => void): Reporter {
  const last = new Map<string, Written>()
  return {
    begin({ id, experiment }, nth, of) {
      write(`[${nth}/${of}] ${id}: ${experiment.question}`)
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
