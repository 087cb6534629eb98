// Redrives by reason, on the real brokers, for each model with dead letters. The tests of a model share one system, and each leaves it
// without dead letters.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { orderPlaced } from '#common/contracts/events.ts'
import { placed, anOrder } from '#conformance/client.ts'
import { serviceOf, sharedSystem, startSystem, type SystemOptions, type TestSystem } from '#conformance/test-system.ts'
import type { DeadLetter, Model, Role } from '#engine/experiment/model.ts'
import { waitFor } from '#host/wait-for.ts'
import { asyncRabbitmq } from '../../../async-rabbitmq/lab/model.ts'
import { openBrowser } from '../../../async-rabbitmq/tests/support/system.ts'
import { streamingKafka } from '../../../streaming-kafka/lab/model.ts'
import { runCli, runCommandLines, startCli } from '../../testing/cli.ts'
import { fatesOfReason, redriveByReason } from './redrive-by-reason.ts'

const REASON = 'retries-exhausted'
const PARKED = '(came back after a redrive; redrive each by its id)'

/** What its operation `publish-raw` takes beside a body. */
const cases: { model: Model; raw: Record<string, string> }[] = [
  { model: asyncRabbitmq, raw: {} },
  { model: streamingKafka, raw: { topic: 'orders' } },
]

const mended = orderPlaced(
  { orderId: 'mended', kitchenId: 'main', ...anOrder() },
  { correlationId: 'mended', occurredAt: '2026-01-01T00:00:00.000Z' },
)

const rolesOf = (model: Model, ...roles: Role[]) => roles.map(role => serviceOf(model, role))

/** With short retries. */
const withServices = (model: Model, started: string[]): SystemOptions => ({
  environments: Object.fromEntries(model.services.map(({ name }) => [name, { RETRY_DELAYS_MS: '20' }])),
  started,
})

/** Orders that are dead letters, because inventory fails; with the ids of those that were decided before them. */
async function placeDead(system: TestSystem, count: number) {
  const earlier = (await system.evidence()).decisions.map(({ orderId }) => orderId)
  await system.setFaults(serviceOf(system.model, 'inventory'), { error: {} })
  const orderIds: string[] = []
  for (let index = 0; index < count; index++) orderIds.push(await placed(system, anOrder()))
  await system.untilDeadLetters(count)
  return { orderIds, earlier }
}

const repairInventory = (system: TestSystem) => system.clearFaults(serviceOf(system.model, 'inventory'))

function argsOf({ model, deployment }: TestSystem, ...options: string[]): string[] {
  const [address = ''] = Object.values(deployment.broker)
  return [
    'dead-letters',
    'redrive',
    ...options,
    '--model',
    model.name,
    '--broker',
    address,
    '--prefix',
    deployment.prefix,
  ]
}

const ALL = ['--reason', REASON]
const redrive = (system: TestSystem, ...options: string[]) => runCli('main', argsOf(system, ...options))
const redriveAll = (system: TestSystem, ...options: string[]) => redrive(system, ...ALL, ...options)
/** One after the other, in one process. */
const redriveEach = (system: TestSystem, each: readonly (readonly string[])[]) =>
  runCommandLines(each.map(options => argsOf(system, ...options)))
const ordersOf = (letters: readonly DeadLetter[]) => letters.map(({ orderId }) => orderId)

/** Starts a redrive that takes seconds, and resolves when it has sent some. */
async function inTheMiddle(t: TestContext, system: TestSystem) {
  const lab = startCli('main', argsOf(system, ...ALL, '--rate', '20'))
  t.after(() => lab.process.kill('SIGKILL'))
  await lab.untilPrinted(' redriven\n')
  return lab
}

for (const { model, raw } of cases) {
  // Analytics takes no part in redrives.
  const services = rolesOf(model, 'order', 'inventory', 'notification')
  const shared = sharedSystem(model, withServices(model, services))

  test(`${model.name}: of the dead letters of one reason the oldest are redriven, as many as --limit and as fast as --rate allow`, async () => {
    const system = shared()
    const { earlier } = await placeDead(system, 9)
    await system.inspector.operations['publish-raw']?.({ ...raw, body: 'hopeless' })
    const letters = await system.untilDeadLetters(10)
    await repairInventory(system)
    const matching = letters.filter(({ reason }) => reason === REASON)

    const [unknown, dry] = await redriveEach(system, [
      ['--reason', 'retries-exausted'],
      [...ALL, '--limit', '5', '--dry-run'],
    ])
    assert.equal(unknown?.code, 2)
    assert.match(unknown.stderr, /^There is no reason "retries-exausted"; did you mean "retries-exhausted"\?\n$/)
    assert.equal(dry?.code, 0, dry?.stderr)
    for (const letter of letters) {
      const nth = matching.indexOf(letter)
      const fate = nth < 0 ? 'no: another reason' : nth < 5 ? 'yes' : 'no: beyond --limit'
      assert.match(dry.stdout, new RegExp(`${letter.id} .*${fate}`))
    }
    assert.match(
      dry.stdout,
      /\nWould be redriven: 5. Parked: 0. Left: 4 \(4 beyond --limit 5\). Nothing was changed.\n$/,
    )
    assert.deepEqual(await system.inspector.deadLetters(), letters)

    const some = await redriveAll(system, '--limit', '5', '--rate', '5')
    assert.deepEqual([some.code, some.stdout], [0, 'Redriven: 5. Parked: 0. Left: 4 (4 beyond --limit 5).\n'])
    assert.match(some.stderr, /^1 of 5 redriven\n/)
    const evidence = await system.untilNotified(earlier.length + 5)
    const decisions = evidence.decisions.filter(({ orderId }) => !earlier.includes(orderId))
    assert.deepEqual(new Set(decisions.map(({ orderId }) => orderId)), new Set(ordersOf(matching.slice(0, 5))))
    const times = decisions.map(({ decidedNs }) => decidedNs)
    assert.ok((Math.max(...times) - Math.min(...times)) / 1e6 > 400, 'five at 5 a second take 800 ms')
    const left = letters.filter(letter => !matching.slice(0, 5).includes(letter))
    assert.deepEqual(await system.inspector.deadLetters(), left)

    const [rest, none] = await redriveEach(system, [ALL, ALL])
    assert.equal(rest?.stdout, 'Redriven: 4. Parked: 0. Left: 0.\n')
    assert.deepEqual([none?.code, none?.stdout], [0, 'Redriven: 0. Parked: 0. Left: 0.\n'])
    await system.untilNotified(earlier.length + 9)
    const hopeless = await system.inspector.deadLetters()
    assert.deepEqual(
      hopeless.map(({ body }) => body),
      ['hopeless'],
    )
    // Mended, so that the next test finds no dead letter.
    await system.inspector.redrive(String(hopeless[0]?.id), JSON.stringify(mended))
    await system.untilNotified(earlier.length + 10)
  })

  test(`${model.name}: a dead letter that comes back is parked, also after a restart, until it is redriven by its id`, async () => {
    const system = shared()
    const { earlier, orderIds } = await placeDead(system, 3)
    assert.equal((await redriveAll(system)).stdout, 'Redriven: 3. Parked: 0. Left: 0.\n')
    const cameBack = async () => {
      const letters = await system.inspector.deadLetters()
      return letters.length === 3 && letters.every(({ redrives }) => redrives === 1) && letters
    }
    const letters = await waitFor(cameBack, { deadlineMs: 60_000, what: 'the dead letters to come back' })
    await system.restart(services)
    const [parked, dry] = await redriveEach(system, [ALL, [...ALL, '--dry-run']])
    assert.deepEqual([parked?.code, parked?.stdout], [0, `Redriven: 0. Parked: 3 ${PARKED}. Left: 0.\n`])
    assert.match(String(dry?.stdout), /no: parked, it came back after a redrive/)
    assert.deepEqual(await system.inspector.deadLetters(), letters)

    const ids = letters.map(({ id }) => id)
    const each = await redriveEach(
      system,
      ids.map(id => [id]),
    )
    assert.deepEqual(
      each.map(({ stdout }) => stdout),
      ids.map(id => `${id} was redriven.\n`),
    )
    await system.untilNotified(earlier.length + 3)
    await system.assertSound({ reserved: [...earlier, ...orderIds] })
    assert.deepEqual(await system.inspector.deadLetters(), [])
  })

  test(`${model.name}: a redrive that was killed or interrupted is continued by the next one, and every order has its effect once`, async t => {
    const count = 60
    const system = shared()
    const { earlier, orderIds } = await placeDead(system, count)
    await repairInventory(system)
    const killed = await inTheMiddle(t, system)
    killed.process.kill('SIGKILL')
    await killed.ended
    const isNoneLost = async () => {
      const { decisions, deadLetters } = await system.evidence()
      const known = new Set([...decisions.map(({ orderId }) => orderId), ...ordersOf(deadLetters)])
      return known.size === earlier.length + count && deadLetters.length < count && deadLetters.length > 0
    }
    await waitFor(isNoneLost, { deadlineMs: 30_000, what: 'each order to be decided or a dead letter' })

    const interrupted = await inTheMiddle(t, system)
    interrupted.process.kill('SIGINT')
    assert.equal(await interrupted.ended, 130)
    const [, unreached] =
      /^Redriven: \d+\. Parked: 0\. Left: (\d+) \(\1 not reached\)\.\n$/.exec(interrupted.stdout()) ?? []
    assert.equal((await system.inspector.deadLetters()).length, Number(unreached), interrupted.stdout())

    const rest = await redriveAll(system, '--rate', '1000')
    assert.deepEqual([rest.code, rest.stdout], [0, `Redriven: ${unreached}. Parked: 0. Left: 0.\n`])
    await system.untilNotified(earlier.length + count)
    await system.assertSound({ reserved: [...earlier, ...orderIds] })
    assert.deepEqual(await system.inspector.deadLetters(), [])
  })
}

test('a redrive by reason that its broker stops says why and what is left, and removes nothing', async t => {
  // Not the shared one: it loses a queue.
  const services = rolesOf(asyncRabbitmq, 'order', 'inventory')
  const system = await startSystem(t, asyncRabbitmq, withServices(asyncRabbitmq, services))
  await placeDead(system, 2)
  const letters = await system.inspector.deadLetters()
  await system.kill('inventory_service')
  const browser = await openBrowser(t)
  await browser.remove({ exchanges: [], queues: [`${system.deployment.prefix}inventory.orders`] })
  const { code, stdout, stderr } = await redriveAll(system)
  assert.deepEqual([code, stdout], [3, 'Redriven: 0. Parked: 0. Left: 2 (2 not reached).\n'])
  assert.match(stderr, /^The redrive stopped: .*no queue is bound.*; the rest are still dead letters, .+\n$/)
  assert.deepEqual(await system.inspector.deadLetters(), letters)
})

test('no more than --rate are sent a second, and what came back meanwhile under the id of another is not sent', async () => {
  const letter = (id: string, change: Partial<DeadLetter> = {}): DeadLetter => ({
    id,
    source: 'orders',
    reason: REASON,
    detail: '',
    attempts: 1,
    orderId: undefined,
    body: '',
    ...change,
  })
  const request = { reason: REASON, rate: 50, limit: 10 }
  const fates = fatesOfReason(
    ['a', 'b', 'c', 'd'].map(id => letter(id)),
    request,
  )
  const sent: [id: string, atMs: number][] = []
  await redriveByReason(
    {
      async visitDeadLetters(visit) {
        for (const visited of [letter('a'), letter('b', { redrives: 1 }), letter('c'), letter('new'), letter('d')])
          await visit(visited, async () => void sent.push([visited.id, performance.now()]))
      },
    },
    fates,
    request,
  )
  assert.deepEqual(
    sent.map(([id]) => id),
    ['a', 'c', 'd'],
  )
  const [first = ['', 0], , last = ['', 0]] = sent
  assert.ok(last[1] - first[1] >= 40, `three at 50 a second were sent within ${last[1] - first[1]} ms`)
})
