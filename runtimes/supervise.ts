// What runtimes have in common: each service has a child of the lab that ends when the service does, and is healthy
// before it counts as started. Guarantees: a death that was not requested is counted, and a supervised service is started
// again. A start that fails gives the service's last line.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Child } from '#host/child.ts'
import { waitFor } from '#host/wait-for.ts'
import { getJson } from '#engine/run/http.ts'
import type { Opening, Runtime } from '#engine/experiment/runtime.ts'
import { createIsolation } from './isolation.ts'

/** More than the minute in which a consumer group as shipped waits for a dead member. */
const START_MS = 90_000

/** What each kind of runtime does in its own way. */
export type ProcessDriver = Pick<Runtime, 'name' | 'url' | 'wipe' | 'pause' | 'resume'> & {
  launch(service: string, output: { stdoutFile: string; stderrFile: string }): Child
  /** The child ends when this has done its work. */
  kill(service: string, child: Child): Promise<void>
  /** As `kill` for all, and whatever else there is to end. */
  end(children: readonly Child[]): Promise<void>
}

type Options = Pick<Opening, 'model' | 'logFolder' | 'supervised' | 'signal'>

export function supervise(driver: ProcessDriver, { model, logFolder, supervised, signal }: Options): Runtime {
  const children = new Map<string, Child>()
  const deaths = new Map<string, number>()
  /** Children whose stop was requested: their end is no death. */
  const stopRequested = new WeakSet<Child>()
  const isolation = createIsolation()
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
    const child = driver.launch(service, { stdoutFile: join(logFolder, `${service}.log`), stderrFile })
    children.set(service, child)
    void child.exited.then(() => {
      if (stopRequested.has(child)) return
      deaths.set(service, (deaths.get(service) ?? 0) + 1)
      if (supervised.includes(service) && !signal.aborted && !stopped) start(service).catch(() => {})
    })
    const healthy = async () => {
      if (!child.running) throw new Error(`${service} did not start: ${lastLine(stderrFile)}`)
      return getJson(`${driver.url(service)}/health`).catch(() => false)
    }
    await waitFor(healthy, { deadlineMs: START_MS, everyMs: 25, what: `${service} to be healthy`, signal })
  }

  return {
    name: driver.name,
    start,
    async kill(service) {
      const child = children.get(check(service))
      if (!child) return
      isolation.end(service)
      stopRequested.add(child)
      if (child.running) await driver.kill(service, child)
      await child.exited
    },
    async wipe(service) {
      if (running(check(service))) throw new Error(`${service} is running; kill it before its store is deleted`)
      await driver.wipe(service)
    },
    pause: async service => driver.pause(check(service)),
    async isolate(service) {
      await driver.pause(check(service))
      await isolation.begin(service, driver.url(service))
    },
    alarm: service => Promise.reject(new Error(`${check(service)} is a service, and has no memory alarm`)),
    async resume(service) {
      isolation.end(check(service))
      await driver.resume(service)
    },
    url: driver.url,
    running,
    deaths: service => deaths.get(service) ?? 0,
    async stop() {
      stopped = true
      isolation.end()
      for (const child of children.values()) stopRequested.add(child)
      await driver.end([...children.values()])
      await Promise.all([...children.values()].map(child => child.exited))
    },
  }
}

function lastLine(file: string): string {
  const exitedWithoutOutput = `exited without output; see ${file}`
  try {
    return readFileSync(file, 'utf8').trim().split('\n').at(-1) || exitedWithoutOutput
  } catch {
    return exitedWithoutOutput
  }
}
