/**
 * A model's services as processes for a test, with ports, stores and a prefix of their own on the real broker; and a case of the
 * suite, which runs on them.
 *
 * Guarantees: what was started or made is gone when the test ends, whatever it did. What the inspector reads stays
 * readable when the services reach the broker by another way, such as a proxy.
 * Does not judge: `assertSound` runs the engine's checks over what the services hold.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import type { FaultsView } from '#common/contracts/http.ts'
import type {
  BrokerInspector,
  DeadLetter,
  Deployment,
  Feature,
  Model,
  Operations,
  Role,
} from '#engine/experiment/model.ts'
import type { Runtime } from '#engine/experiment/runtime.ts'
import { explain } from '#common/contracts/errors.ts'
import { type Flow, isQuiescent, readEvidence, readFlow } from '#engine/run/evidence.ts'
import type { Evidence } from '#engine/run/history.ts'
import { deleteJson, postJson } from '#engine/run/http.ts'
import type { Child } from '#host/child.ts'
import { waitFor } from '#host/wait-for.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { createProcesses } from '#runtimes/processes/processes.ts'
import { assertSound, type Expected } from './assert-sound.ts'

/** By service, beyond the model's own environment. */
export type Environments = Record<string, Record<string, string>>

export type SystemOptions = {
  /** Where the brokers are; by default those that all tests share. */
  broker?: Deployment['broker']
  /** How the services reach them, where that is another way than the test's own. */
  servicesBroker?: Deployment['broker']
  /** Read at each start, so that a test may change it in between. */
  environments?: Environments
  /** Quantities by kitchen and sku; every other kitchen opens with the menu. */
  openingStock?: Record<string, Record<string, number>>
  /** The services that are started before the test goes on; all by default. */
  started?: readonly string[]
}

/** `environment` is for this start only. Without a log a service writes no file but its store. */
export type StartOptions = { environment?: Record<string, string>; logged?: boolean }

type Controls = {
  /** Starts services (all when none is named) at once, because one may be healthy only with its peers; waits until they are healthy. */
  start(services?: string | readonly string[], options?: StartOptions): Promise<void>
  /** Starts a service without waiting for its health. */
  launch(service: string, options?: StartOptions): Child
  /** SIGKILL to services (all when none is named); resolves when they have ended. */
  kill(services?: string | readonly string[]): Promise<void>
  restart(services?: string | readonly string[], options?: StartOptions): Promise<void>
  /** Deletes all that a service kept; it must not be running. */
  wipe(service: string): Promise<void>
}

type Observations = {
  health(service: string): Promise<{ healthy: boolean; problems: Record<string, string> }>
  untilHealthy(service: string): Promise<unknown>
  /** Until this part of the service is what it reports as wrong. */
  untilUnhealthy(service: string, part: string): Promise<unknown>
  /** Until the process has ended by itself. */
  untilEnded(service: string): Promise<unknown>
  setFaults(service: string, settings: Record<string, unknown>): Promise<FaultsView>
  clearFaults(service: string): Promise<FaultsView>

  /** What the running services hold. */
  evidence(): Promise<Evidence>
  /** Until the condition holds. Resolves with all that they hold then. */
  until(what: string, deadlineMs: number, condition: (flow: Flow) => boolean): Promise<Evidence>
  untilDecided(count: number, deadlineMs?: number): Promise<Evidence>
  untilNotified(count: number, deadlineMs?: number): Promise<Evidence>
  /** Until the order service holds so many orders, and every order that a service knows is decided and notified. */
  untilQuiescent(count?: number, deadlineMs?: number): Promise<Evidence>
  untilDeadLetters(count: number): Promise<DeadLetter[]>
  /** Until every queue is empty, or every record of the log is committed. */
  untilDepthsAreZero(): Promise<unknown>
  /** Waits for quiescence and runs the engine's checks over the evidence. @throws AssertionError with what they found */
  assertSound(expected?: Expected): Promise<Evidence>
}

export type TestSystem<Own extends Operations = Operations> = Controls &
  Observations & {
    model: Model<Own>
    deployment: Deployment
    inspector: BrokerInspector<Own>
    runtime: Runtime
    environments: Environments
    folder: string
    url(service: string): string
    /** The folder of a service's store. */
    dataOf(service: string): string
    /** What a service has written since the test began, every start of it included: its log, then its errors. */
    logOf(service: string): string
    processOf(service: string): Child | undefined
  }

/** A case of the suite: a sentence that must be true of every model, or of those with a feature, and how to see it. */
export type Case = {
  name: string
  /** Only models that declare it have to pass. */
  needs?: Feature
  /** Runs on a system that other cases have used; leaves every service running, without faults. */
  run(system: TestSystem): Promise<void>
}

const PATIENCE_MS = 60_000
const EVIDENCE_MS = 30_000

/** Kitchens with little, for the cases about stock. */
export const STOCK = {
  'sells-out': { burger: 7 },
  'one-burger': { burger: 1, pizza: 1_000 },
  'three-burgers': { burger: 3 },
}

/** What a test context has: a suite may hand over its own. */
type Owner = { after(cleanUp: () => Promise<void>): void }

export async function startSystem<Own extends Operations>(
  t: Owner,
  model: Model<Own>,
  options: SystemOptions = {},
): Promise<TestSystem<Own>> {
  const { environments = {}, openingStock, started = namesOf(model) } = options
  const broker = options.broker ?? Object.fromEntries(model.brokers.map(kind => [kind, testBroker(kind)]))
  if (openingStock) {
    const inventory = serviceOf(model, 'inventory')
    environments[inventory] = { INITIAL_STOCK: JSON.stringify(openingStock), ...environments[inventory] }
  }
  const folder = mkdtempSync(join(tmpdir(), `${model.name}-`))
  const startOptions = new Map<string, StartOptions>()
  const {
    runtime,
    deployment: asServicesSeeIt,
    processOf,
  } = await createProcesses({
    model,
    broker: options.servicesBroker ?? broker,
    prefix: `test-${randomBytes(6).toString('hex')}.`,
    dataFolder: join(folder, 'data'),
    logFolder: join(folder, 'logs'),
    environment: environments,
    supervised: [],
    signal: new AbortController().signal,
    adjust(service, child) {
      const { environment = {}, logged = true } = startOptions.get(service) ?? {}
      const output = logged ? {} : { stdoutFile: undefined, stderrFile: undefined }
      return { ...child, ...output, env: { ...child.env, ...environment } }
    },
  })
  const deployment = { ...asServicesSeeIt, broker }
  const inspector = await model.connect(deployment)
  t.after(async () => {
    await runtime.stop()
    await inspector.close()
    await model.remove(deployment)
    rmSync(folder, { recursive: true, force: true })
  })
  const parts = { model, deployment, inspector, runtime, environments, folder }
  const system: TestSystem<Own> = {
    ...parts,
    url: runtime.url,
    dataOf: service => join(folder, 'data', service),
    logOf: service => ['log', 'stderr'].map(kind => textOf(join(folder, 'logs', `${service}.${kind}`))).join(''),
    processOf,
    ...controlsOf(model, runtime, processOf, startOptions),
    ...observationsOf(parts),
  }
  if (started.length > 0) await system.start(started)
  return system
}

/** One for all tests of a file, each of which leaves every service running, without faults. They count from what they find. */
export function sharedSystem<Own extends Operations>(
  model: Model<Own>,
  options: SystemOptions = {},
): () => TestSystem<Own> {
  let system: TestSystem<Own> | undefined
  let cleanUp: (() => Promise<void>) | undefined
  before(async () => {
    system = await startSystem({ after: work => void (cleanUp = work) }, model, options)
  })
  after(() => cleanUp?.())
  return () => system ?? assert.fail('the system was not started')
}

function controlsOf(
  model: Model,
  runtime: Runtime,
  processOf: TestSystem['processOf'],
  startOptions: Map<string, StartOptions>,
): Controls {
  const named = (services: string | readonly string[] = namesOf(model)) =>
    typeof services === 'string' ? [services] : services
  const begin = (service: string, options: StartOptions = {}): Promise<void> => {
    startOptions.set(service, options)
    return runtime.start(service)
  }
  const controls: Controls = {
    async start(services, options) {
      await Promise.all(named(services).map(service => begin(service, options)))
    },
    launch(service, options) {
      // Its health is waited for by whoever needs it, and its end is seen in the child.
      begin(service, options).catch(() => {})
      const child = processOf(service)
      if (!child) throw new Error(`${service} was not started`)
      return child
    },
    async kill(services) {
      await Promise.all(named(services).map(service => runtime.kill(service)))
    },
    async restart(services, options) {
      await controls.kill(services)
      await controls.start(services, options)
    },
    wipe: runtime.wipe,
  }
  return controls
}

function observationsOf(system: Pick<TestSystem, 'model' | 'inspector' | 'runtime' | 'environments'>): Observations {
  const { model, inspector, runtime } = system
  const evidence = () => readEvidence(model, runtime, inspector, runtime.running)
  const health: TestSystem['health'] = async service => {
    const response = await fetch(`${runtime.url(service)}/health`).catch(() => undefined)
    if (!response) return { healthy: false, problems: { process: 'does not answer' } }
    return (await response.json()) as Awaited<ReturnType<TestSystem['health']>>
  }
  const until: TestSystem['until'] = (what, deadlineMs, condition) => {
    let failure = ''
    const read = async <Read>(reading: Promise<Read>): Promise<Read | undefined> => {
      try {
        const now = await reading
        failure = ''
        return now
      } catch (error) {
        // A service that was just started may not listen yet.
        failure = ` (${explain(error)})`
        return undefined
      }
    }
    const met = async () => {
      const flow = await read(readFlow(model, runtime, runtime.running))
      const now = flow && condition(flow) ? await read(evidence()) : undefined
      return now && condition(now) && now
    }
    return waitFor(met, { deadlineMs, what }).catch(() => assert.fail(`${what}: not within ${deadlineMs} ms${failure}`))
  }
  const observations: Observations = {
    health,
    untilHealthy: service => soon(`${service} to be healthy`, async () => (await health(service)).healthy),
    untilUnhealthy: (service, part) =>
      soon(`${service} to report a problem of its ${part}`, async () => (await health(service)).problems[part]),
    untilEnded: service => soon(`${service} to end`, async () => !runtime.running(service)),
    setFaults: async (service, settings) => (await postJson(`${runtime.url(service)}/faults`, settings)) as FaultsView,
    clearFaults: async service => (await deleteJson(`${runtime.url(service)}/faults`)) as FaultsView,
    evidence,
    until,
    untilDecided: (count, deadlineMs = EVIDENCE_MS) =>
      until(`${count} decisions`, deadlineMs, ({ decisions }) => decisions.length >= count),
    untilNotified: (count, deadlineMs = EVIDENCE_MS) =>
      until(`${count} notifications`, deadlineMs, ({ notifications }) => notifications.length >= count),
    untilQuiescent: (count = 0, deadlineMs = EVIDENCE_MS) =>
      until(
        `${count} orders to be decided and notified`,
        deadlineMs,
        now => now.orders.length >= count && isQuiescent(now),
      ),
    untilDeadLetters: count =>
      soon(`${count} dead letters`, async () => {
        const letters = await inspector.deadLetters()
        return letters.length >= count && letters
      }),
    untilDepthsAreZero: () =>
      soon('every depth to be 0', async () => Object.values(await inspector.depths()).every(depth => depth === 0)),
    async assertSound(expected) {
      // What is still open after that is for the checks to name.
      await observations.untilQuiescent().catch(() => {})
      const now = await evidence()
      assertSound(now, expected)
      return now
    },
  }
  return observations
}

const soon = <Found>(what: string, condition: () => Promise<Found>) =>
  waitFor(condition, { deadlineMs: PATIENCE_MS, everyMs: 25, what })

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')

export const namesOf = (model: Model): string[] => model.services.map(({ name }) => name)

export function serviceOf(model: Model, role: Role): string {
  const service = model.services.find(candidate => candidate.role === role)
  if (service) return service.name
  throw new Error(`${model.name} has no service with the role "${role}"`)
}
