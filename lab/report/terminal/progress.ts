// Progress of a run: on a terminal a task list for each experiment, with a line for each variant and each broker; elsewhere
// a line for every change of step, and at most one a second where only a count changes.
import { Listr, type ListrTask } from 'listr2'
import type { Profile, Result } from '#engine/run/summary.ts'
import type { Reporter } from '../../session/run.ts'
import type { RuntimeName } from '../../session/environment.ts'

type Line = { output: string }
type Step = { name: string; done: PromiseWithResolvers<void>; line: Line | undefined }

/** @param show called with each result when its task list has ended */
export function liveReporter(profile: Profile, runtime: RuntimeName, show: (result: Result) => void): Reporter {
  let steps: Step[] = []
  let running: Promise<unknown> = Promise.resolve()
  return {
    begin({ id, experiment }, nth, of) {
      process.stdout.write(`[${nth}/${of}] ${id}: ${experiment.question}\n`)
      const variants = experiment.variants(experiment.profiles[profile]).map(({ name }) => name)
      const before = runtime === 'compose' ? ['containers'] : []
      steps = [...before, ...experiment.model.brokers, ...variants].map(name => ({
        name,
        done: Promise.withResolvers<void>(),
        line: undefined,
      }))
      running = listOf(steps).run()
    },
    progress(task, line) {
      const own = steps.find(({ name }) => name === task || line.startsWith(`${name}: `))
      if (!own) return
      // Variants run one after the other: those before the one that reports are done.
      for (const step of steps.slice(0, steps.indexOf(own))) step.done.resolve()
      if (own.line) own.line.output = own.name === task ? line : line.slice(own.name.length + 2)
    },
    async result(result) {
      const unfinished = result.failure
      for (const { name, done } of steps) {
        const measured = result.measures.some(({ variant }) => variant === name)
        const isVariant = result.variants.some(variant => variant.name === name)
        if (unfinished && isVariant && !measured) done.reject(new Error(unfinished))
        else done.resolve()
      }
      await running
      show(result)
    },
  }
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
  return new Listr(tasks, { registerSignalListeners: false, exitOnError: false })
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
