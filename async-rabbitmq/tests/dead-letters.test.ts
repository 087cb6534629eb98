// Dead letters: listing changes nothing; a redrive has one effect, also when it is interrupted.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderPlaced } from '#common/contracts/events.ts'
import { deadLettersOf } from '#engine/experiment/dead-letters.ts'
import { waitFor } from '#host/wait-for.ts'
import { visitDeadLetters } from '../lab/dead-letters.ts'
import { DELIVERY_LIMIT, topologyOf } from '../messaging/topology.ts'
import { openBrowser, openSystem, orderOf } from './support/system.ts'

/** The messages of these tests come past the order service. */
const CONSUMERS = ['inventory_service', 'notification_service']

const event = (orderId: string) =>
  orderPlaced(orderOf(orderId), { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' })

test('listing dead letters changes neither them nor their order', async t => {
  const system = await openSystem(t)
  await system.start(['inventory_service'])
  for (let index = 0; index < 40; index++) await system.inspector.operations['publish-raw']({ body: `[${index}]` })
  const letters = await system.untilDeadLetters(40)
  for (let time = 0; time < 22; time++) assert.deepEqual(await system.inspector.deadLetters(), letters)
  assert.equal(new Set(letters.map(letter => letter.id)).size, 40)
})

test('a dead letter is redriven once, unchanged or edited, and the others stay', async t => {
  const system = await openSystem(t)
  await system.start(CONSUMERS)
  await system.setFaults('inventory_service', { error: {} })
  await system.inspector.operations.redeliver({ orders: [orderOf('fixed')] })
  await system.untilDeadLetters(1)
  await system.setFaults('inventory_service', { error: null })
  const broken = JSON.stringify({ ...event('edited'), version: 9 })
  await system.inspector.operations['publish-raw']({ body: broken })
  await system.inspector.operations['publish-raw']({ body: 'hopeless' })
  const letters = await system.untilDeadLetters(3)
  const idOf = (reason: string) => letters.find(letter => letter.reason === reason)?.id ?? ''
  await system.inspector.redrive(idOf('retries-exhausted'))
  await system.inspector.redrive(idOf('unknown-event'), JSON.stringify(event('edited')))
  await system.untilNotified(2)
  await system.assertSound({ reserved: ['fixed', 'edited'] })
  assert.deepEqual(
    (await system.inspector.deadLetters()).map(letter => letter.body),
    ['hopeless'],
  )
  await assert.rejects(system.inspector.redrive('nothing'), /there is no dead letter "nothing"/)
})

test('equal dead letters have ids of their own, and only the named one is redriven', async t => {
  const system = await openSystem(t)
  await system.start(['inventory_service'])
  await system.setFaults('inventory_service', { error: {} })
  await system.inspector.operations.redeliver({ orders: [orderOf('equal')], times: 2 })
  const letters = await system.untilDeadLetters(2)
  const [first, second] = letters.map(letter => letter.id)
  assert.notEqual(first, second)
  await system.setFaults('inventory_service', { error: null })
  await system.inspector.redrive(second ?? '')
  await waitFor(async () => (await system.evidence()).decisions.length === 1, {
    deadlineMs: 60_000,
    what: 'a decision',
  })
  assert.deepEqual(
    (await system.inspector.deadLetters()).map(left => left.id),
    [first],
  )
})

test('a redrive that is interrupted after its publish leaves the dead letter, and a second redrive has no second effect', async t => {
  const system = await openSystem(t)
  await system.start(CONSUMERS)
  await system.setFaults('inventory_service', { error: {} })
  await system.inspector.operations.redeliver({ orders: [orderOf('twice')] })
  const [letter] = await system.untilDeadLetters(1)
  await system.setFaults('inventory_service', { error: null })
  const browser = await openBrowser(t)
  const interrupted: typeof browser = {
    ...browser,
    async publish(message) {
      await browser.publish(message)
      throw new Error('interrupted')
    },
  }
  const topology = topologyOf(system.deployment.prefix, 3)
  const through = (one: typeof browser) => deadLettersOf(visit => visitDeadLetters(one, topology, visit))
  const id = letter?.id ?? ''
  await assert.rejects(through(interrupted).redrive(id), /interrupted/)
  await system.untilNotified(1)
  assert.deepEqual(
    (await system.inspector.deadLetters()).map(left => left.id),
    [id],
  )
  await through(browser).redrive(id)
  await system.assertSound({ reserved: ['twice'] })
  assert.deepEqual(await system.inspector.deadLetters(), [])
})

test('a dead letter stays when the broker does not confirm its redrive', async t => {
  const system = await openSystem(t)
  await system.start(['inventory_service'])
  await system.inspector.operations['publish-raw']({ body: '[]' })
  const [letter] = await system.untilDeadLetters(1)
  await system.kill('inventory_service')
  const browser = await openBrowser(t)
  await browser.remove({ exchanges: [], queues: [`${system.deployment.prefix}inventory.orders`] })
  await assert.rejects(system.inspector.redrive(letter?.id ?? ''), /no queue is bound/)
  assert.deepEqual(await system.inspector.deadLetters(), [letter])
})

test('the last resort: the broker dead-letters a message that every consumer returns, with its own reason', async t => {
  const system = await openSystem(t)
  await system.start(['inventory_service'])
  await system.kill('inventory_service')
  await system.inspector.operations.redeliver({ orders: [orderOf('boomerang')] })
  const browser = await openBrowser(t)
  for (let time = 0; time <= DELIVERY_LIMIT + 1; time++) {
    const held = await browser.hold(`${system.deployment.prefix}inventory.orders`)
    await held.release()
  }
  const letters = await system.untilDeadLetters(1)
  assert.deepEqual(
    letters.map(({ orderId, reason }) => ({ orderId, reason })),
    [{ orderId: 'boomerang', reason: 'delivery_limit' }],
  )
  await system.start(CONSUMERS)
  await system.inspector.redrive(letters[0]?.id ?? '')
  await system.untilNotified(1)
  assert.equal((await system.evidence()).decisions.length, 1)
})
