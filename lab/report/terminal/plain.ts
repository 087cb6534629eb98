// Progress where there is no terminal: a line for every change of step, and of what only counts on at most one a second.
import type { Result } from '#engine/run/summary.ts'
import type { Reporter } from '../../session/run.ts'

const EVERY_MS = 1_000

type Written = { line: string; step: string; atMs: number }

/** @param show is given each result when it is there */
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
