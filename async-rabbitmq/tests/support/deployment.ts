// A place of its own for each test: services as processes, a prefix on the real broker, a folder; all gone afterwards.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startChild, type Child, type Exit } from '#host/child.ts'
import { leasePorts } from '#host/ports.ts'
import { waitFor } from '#host/wait-for.ts'
import { asyncRabbitmq } from '../../lab/model.ts'

export type ServiceName = 'order_service' | 'inventory_service' | 'notification_service'
export const SERVICES: ServiceName[] = ['order_service', 'inventory_service', 'notification_service']

const folderOf = (name: string) => fileURLToPath(new URL(`../../${name}/main.ts`, import.meta.url))

export function brokerUrl(): string {
  const url = process.env.LAB_TEST_RABBITMQ_URL
  assert.ok(url, 'LAB_TEST_RABBITMQ_URL is not set: these tests need a RabbitMQ broker, run them through npm test')
  return url
}

export type TestDeployment = Awaited<ReturnType<typeof openDeployment>>
type Options = { broker?: string; amqp?: string; env?: Record<string, string> }

/**
 * Nothing is started yet. `amqp` is how the services reach the broker, when that is another way than the test's own;
 * `env` is for all services. A short ladder makes waits short.
 */
export async function openDeployment(t: TestContext, { broker = brokerUrl(), amqp = broker, env = {} }: Options = {}) {
  const prefix = `test-${randomUUID().slice(0, 8)}.`
  const folder = mkdtempSync(join(tmpdir(), 'lab-rabbitmq-'))
  const lease = await leasePorts(SERVICES.length)
  const children = new Map<ServiceName, Child>()
  const all: Child[] = []
  const url = (name: string) => `http://127.0.0.1:${lease.ports[SERVICES.findIndex(service => service === name)]}`
  const place = { url, broker: { rabbitmq: broker }, prefix }
  const link = await asyncRabbitmq.connect(place)
  const logFile = (name: ServiceName) => join(folder, `${name}.log`)

  t.after(async () => {
    await Promise.all(all.map(child => child.stop(0)))
    await link.close()
    await asyncRabbitmq.remove(place)
    lease.release()
    if (process.env.KEEP) console.log(folder)
    else rmSync(folder, { recursive: true, force: true })
  })

  /** Starts a service without waiting for it. With `quiet` it writes no log file. */
  function launch(name: ServiceName, extra: Record<string, string> = {}, { quiet = false } = {}): Child {
    const child = startChild({
      command: process.execPath,
      args: [folderOf(name)],
      env: {
        PATH: process.env.PATH,
        PORT: url(name).split(':')[2],
        DATA_DIR: join(folder, name),
        RABBITMQ_URL: amqp,
        PREFIX: prefix,
        LAB_FAULTS: 'on',
        RETRY_DELAYS_MS: '50,100,150',
        ...env,
        ...extra,
      },
      stdoutFile: quiet ? undefined : logFile(name),
      stderrFile: quiet ? undefined : logFile(name),
    })
    children.set(name, child)
    all.push(child)
    return child
  }

  const health = async (name: ServiceName): Promise<{ healthy: boolean; troubles: Record<string, string> }> => {
    const answer = await fetch(`${url(name)}/health`).catch(() => undefined)
    if (!answer) return { healthy: false, troubles: { process: 'does not answer' } }
    return (await answer.json()) as { healthy: boolean; troubles: Record<string, string> }
  }

  const self = {
    prefix,
    link,
    folder,
    url,
    health,
    launch,
    log: (name: ServiceName) => readFileSync(logFile(name), 'utf8'),

    /** Starts services and waits until each is healthy. */
    async start(names: ServiceName[] = SERVICES, extra: Record<string, string> = {}): Promise<void> {
      for (const name of names) launch(name, extra)
      for (const name of names) await self.healthy(name)
    },
    healthy: (name: ServiceName) =>
      waitFor(async () => (await health(name)).healthy, {
        deadlineMs: 60_000,
        everyMs: 25,
        what: `${name} to be healthy`,
      }),
    unhealthy: (name: ServiceName, piece: string) =>
      waitFor(async () => (await health(name)).troubles[piece], {
        deadlineMs: 60_000,
        everyMs: 25,
        what: `${name} to be in trouble with its ${piece}`,
      }),
    /** Kills it (SIGKILL) and waits until it has ended. */
    async kill(name: ServiceName): Promise<void> {
      children.get(name)?.kill()
      await children.get(name)?.exited
    },
    exited: (name: ServiceName): Promise<Exit> | undefined => children.get(name)?.exited,
    pid: (name: ServiceName) => children.get(name)?.pid,

    async setFaults(name: ServiceName, faults: Record<string, unknown>): Promise<void> {
      const answer = await fetch(`${url(name)}/faults`, json(faults))
      assert.equal(answer.status, 200, await answer.text())
    },
    /** `POST /order`. */
    placeOrder: (body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${url('order_service')}/order`, json(body, headers)),

    /** All rows of one of the pages. */
    async rows<Row>(name: ServiceName, path: string): Promise<Row[]> {
      const rows: Row[] = []
      for (let after: number | null = 0; after !== null; ) {
        const answer = await fetch(`${url(name)}${path}?limit=1000&after=${after}`)
        const page = (await answer.json()) as { rows: Row[]; next: number | null }
        rows.push(...page.rows)
        after = page.next
      }
      return rows
    },
  }
  return self
}

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
