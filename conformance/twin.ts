// A second instance of a service of a test system, on a port and a data folder of its own: what a mistaken second start is.
import { join } from 'node:path'
import type { Child } from '#host/child.ts'
import { leasePorts } from '#host/ports.ts'
import { waitFor } from '#host/wait-for.ts'
import { startSingleService } from './single-service.ts'
import type { TestSystem } from './test-system.ts'

const PATIENCE_MS = 60_000

export type Twin = {
  url: string
  /** The folder of its store. */
  folder: string
  start(environment?: Record<string, string>): Promise<Child>
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>
  /** What is wrong with it, by piece; undefined while it does not answer. */
  problems(): Promise<Record<string, string> | undefined>
  untilHealthy(): Promise<unknown>
  /** Until the problem of this piece matches. */
  untilProblem(piece: string, pattern: RegExp): Promise<unknown>
  /** The rows of a page. */
  rows(path: string): Promise<unknown[]>
}

/** It is not started yet, and ends with the test. */
export async function openTwin(
  t: { after(cleanUp: () => Promise<void>): void },
  system: TestSystem,
  service: string,
): Promise<Twin> {
  const lease = await leasePorts(1)
  const url = `http://127.0.0.1:${lease.ports[0]}`
  const folder = join(system.folder, 'twins', service)
  let child: Child | undefined
  const kill = async () => {
    child?.kill('SIGKILL')
    await child?.exited
  }
  t.after(async () => {
    await kill()
    lease.release()
  })
  const problems: Twin['problems'] = async () => {
    const response = await fetch(`${url}/health`).catch(() => undefined)
    return response && ((await response.json()) as { problems: Record<string, string> }).problems
  }
  const until = (what: string, condition: () => Promise<unknown>) =>
    waitFor(condition, { deadlineMs: PATIENCE_MS, everyMs: 25, what: `the second ${service} ${what}` })
  return {
    url,
    folder,
    async start(environment = {}) {
      const own = { PORT: String(lease.ports[0]), DATA_DIR: folder }
      child = await startSingleService(system, service, { ...environment, ...own })
      return child
    },
    kill,
    problems,
    untilHealthy: () => until('to be healthy', async () => (await fetch(`${url}/health`).catch(() => undefined))?.ok),
    untilProblem: (piece, pattern) =>
      until(`to say ${pattern}`, async () => pattern.test((await problems())?.[piece] ?? '')),
    async rows(path) {
      return ((await (await fetch(url + path)).json()) as { rows: unknown[] }).rows
    },
  }
}
