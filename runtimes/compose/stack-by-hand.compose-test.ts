// Each model's compose file as a user runs it: who its processes are, how they stop, and what survives what.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Type } from '#common/contracts/type.ts'
import { OrderRow, Page, StockRow } from '#common/contracts/evidence.ts'
import { parse } from '#common/contracts/parse.ts'
import { getJson } from '#engine/run/http.ts'
import type { Model } from '#engine/experiment/model.ts'
import { armDeadManSwitch } from '#host/dead-man-switch.ts'
import { leasePorts } from '#host/ports.ts'
import { waitFor } from '#host/wait-for.ts'
import { models } from '../../lab/session/registry.ts'
import { createProject, docker, findCompose, REMOVE_PROJECT, removeProject } from './project.ts'

const ORDERS = 20
const Answer = Type.Object({ orderId: Type.String() })

/** The model's own file, on free ports, under a name of its own; gone when the test ends, however it ends. */
async function openByHand(t: TestContext, model: Model) {
  const name = `lab-by-hand-${process.pid}-${model.name}`
  const folder = mkdtempSync(join(tmpdir(), 'lab-by-hand-'))
  const names = [
    ...model.services.map(({ name }) => `${name.toUpperCase()}_PORT`),
    'AMQP_PORT',
    'MANAGEMENT_PORT',
    'KAFKA_PORT',
  ]
  const lease = await leasePorts(names.length)
  const variables = Object.fromEntries(names.map((port, index) => [port, String(lease.ports[index])]))
  const project = createProject({ compose: await findCompose(process.env), model: model.name, name, folder, variables })
  // What the file says already: the old compose takes an overlay without services for one of its first version.
  project.overlay({ services: { [model.entry]: { init: true } } })
  const will = armDeadManSwitch({ command: 'sh', args: ['-c', REMOVE_PROJECT, name] })
  t.after(async () => {
    await removeProject(name)
    await will.cancel()
    lease.release()
    rmSync(folder, { recursive: true })
  })
  const url = (service: string) => `http://127.0.0.1:${variables[`${service.toUpperCase()}_PORT`]}`
  const idOf = async (service: string) => (await project.compose(['ps', '-q', service])).trim()
  return {
    name,
    url,
    compose: project.compose,
    ids: () => Promise.all(model.services.map(async service => [service.name, await idOf(service.name)] as const)),
    async healthy() {
      const all = () => Promise.all(model.services.map(service => getJson(`${url(service.name)}/health`)))
      const what = `${model.name} to be healthy`
      await waitFor(() => all().catch(() => undefined), { deadlineMs: 180_000, everyMs: 250, what })
    },
  }
}

type ByHand = Awaited<ReturnType<typeof openByHand>>

/** Places the same orders, each with its key; answers their ids, once all are decided. */
async function place({ url }: ByHand, model: Model): Promise<string[]> {
  const ask = async (index: number): Promise<string> => {
    const response = await fetch(`${url(model.entry)}/order`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `key-${index}` },
      body: JSON.stringify({ userId: 'ada', items: [{ sku: 'pizza', quantity: 1 }] }),
    })
    assert.ok(response.ok, `order ${index} was answered ${response.status}`)
    return parse(Answer, await response.json()).orderId
  }
  return Promise.all(Array.from({ length: ORDERS }, (_, index) => ask(index)))
}

/** What is kept: the status of each order, and the units that are left. */
async function kept({ url }: ByHand, { evidence }: Model) {
  const orders = parse(Page(OrderRow), await getJson(`${url(evidence.orders)}/orders?limit=1000`)).rows
  const stock = parse(Page(StockRow), await getJson(`${url(evidence.inventory)}/inventory?limit=1000`)).rows
  return {
    orders: Object.fromEntries(orders.map(({ orderId, status }) => [orderId, status])),
    pizzas: stock.find(({ sku }) => sku === 'pizza')?.quantity,
  }
}

for (const model of models)
  test(`${model.name}: runs as nobody special, stops in order, and keeps what it promised until its volumes go`, async t => {
    const stack = await openByHand(t, model)
    await stack.compose(['build', model.entry])
    await stack.compose(['up', '-d', '--no-build'])
    await stack.healthy()
    const ids = await place(stack, model)
    const decided = async () => {
      const now = await kept(stack, model)
      return Object.values(now.orders).filter(status => status === 'reserved').length === ORDERS && now
    }
    const first = await waitFor(decided, { deadlineMs: 60_000, everyMs: 100, what: 'every order to be reserved' })
    assert.deepEqual(Object.keys(first.orders).sort(), [...ids].sort())

    for (const [service, id] of await stack.ids()) {
      const processes = (await docker(['top', id, '-eo', 'pid,uid'])).trim().split('\n').slice(1)
      const users = processes.map(line => line.trim().split(/\s+/)[1])
      assert.ok(users.length > 0 && users.every(uid => uid === '1000'), `${service} runs as ${users.join()}`)
      const settings = '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Privileged}} {{json .HostConfig.CapDrop}}'
      assert.equal((await docker(['inspect', '-f', settings, id])).trim(), 'true false ["ALL"]', service)
    }

    const cases: [string, string[][]][] = [
      ['a kill', [['kill'], ['up', '-d', '--no-build']]],
      ['a restart', [['restart']]],
      ['down and up', [['down'], ['up', '-d', '--no-build']]],
    ]
    for (const [what, commands] of cases) {
      for (const command of commands) await stack.compose(command)
      await stack.healthy()
      assert.deepEqual(await kept(stack, model), first, `after ${what}`)
      assert.deepEqual(await place(stack, model), ids, `the same keys after ${what}`)
    }

    const running = await stack.ids()
    await stack.compose(['stop', ...model.services.map(({ name }) => name)])
    for (const [service, id] of running)
      assert.equal(
        (await docker(['inspect', '-f', '{{.State.ExitCode}}', id])).trim(),
        '0',
        `${service} stopped in order`,
      )

    await stack.compose(['down', '-v'])
    const volumes = await docker(['volume', 'ls', '-q', '--filter', `label=com.docker.compose.project=${stack.name}`])
    assert.equal(volumes.trim(), '')
  })
