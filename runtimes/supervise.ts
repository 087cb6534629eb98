// What runtimes have in common: each service has a child of the lab that ends when the service does, and is healthy
// before it counts as started. Guarantees: a death that nobody asked for is counted, and a supervised service is started
// again. A start that fails says in one sentence what the service said.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Child } from '#host/child.ts'
import { waitFor } from '#host/wait-for.ts'
import { getJson } from '#engine/run/http.ts'
import type { Opening, Runtime } from '#engine/experiment/runtime.ts'

const START_MS = 60_000

/** What each kind of runtime does in its own way. */
export type ProcessDriver = Pick<Runtime, 'name' | 'url' | 'wipe' | 'pause' | 'resume'> & {
  launch(service: string, output: { stdoutFile: string; stderrFile: string }): Child
  /** The child ends when this has done its work. */
  kill(service: string, child: Child): Promise<void>
  /** As `kill` for all, and whatever else there is to end. */
  end(children: readonly Child[]): Promise<void>
}

type Options = Pick<Opening, 'model' | 'logFolder' | 'supervised' | 'signal'>

export function supervise(hands: ProcessDriver, { model, logFolder, supervised, signal }: Options): Runtime {
  const children = new Map<string, Child>()
  const deaths = new Map<string, number>()
  /** Children that were told to end: their end is no death. */
  const told = new WeakSet<Child>()
  const running = (service: string): boolean => children.get(service)?.running ?? false
  let stopped = false

  const check = (service: string): string => {
    const names = model.services.map(({ name }) => name)
    if (names.includes(service)) return service
    throw new Error(`${model.name} has no service "${service}"; it has: ${names.join(', ')}`)
  }

  async function start(service: string): Promise<void> {
    if (running(check(service))) throw new Error(`${service} is running already`)
    const stderrFile = join(logFolder, `${service}.stderr`)
    const child = hands.launch(service, { stdoutFile: join(logFolder, `${service}.log`), stderrFile })
    children.set(service, child)
    void child.exited.then(() => {
      if (told.has(child)) return
      deaths.set(service, (deaths.get(service) ?? 0) + 1)
      if (supervised.includes(service) && !signal.aborted && !stopped) start(service).catch(() => {})
    })
    const healthy = async () => {
      if (!child.running) throw new Error(`${service} did not start: ${lastLine(stderrFile)}`)
      return getJson(`${hands.url(service)}/health`).catch(() => false)
    }
    await waitFor(healthy, { deadlineMs: START_MS, everyMs: 25, what: `${service} to be healthy`, signal })
  }

  return {
    name: hands.name,
    start,
    async kill(service) {
      const child = children.get(check(service))
      if (!child) return
      told.add(child)
      if (child.running) await hands.kill(service, child)
      await child.exited
    },
    async wipe(service) {
      if (running(check(service))) throw new Error(`${service} is running; kill it before its store is deleted`)
      await hands.wipe(service)
    },
    pause: async service => hands.pause(check(service)),
    resume: async service => hands.resume(check(service)),
    url: hands.url,
    running,
    deaths: service => deaths.get(service) ?? 0,
    async stop() {
      stopped = true
      for (const child of children.values()) told.add(child)
      await hands.end([...children.values()])
      await Promise.all([...children.values()].map(child => child.exited))
    },
  }
}

function lastLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').at(-1) || 'it ended without a word; see its log'
  } catch {
    return 'it ended without a word; see its log'
  }
}
