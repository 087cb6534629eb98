// Dead letters: looking changes nothing, a redrive has one effect, also when it is cut short.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderPlaced } from '#common/contracts/events.ts'
import { waitFor } from '#host/wait-for.ts'
import { openQueueBrowser } from '../broker/queue-browser.ts'
import { redrive } from '../lab/dead-letters.ts'
import { DELIVERY_LIMIT, topologyOf } from '../messaging/topology.ts'
import { assertWhole, decisions, orderOf, untilDeadLetters, untilNotified } from './support/evidence.ts'
import { brokerUrl, openDeployment } from './support/deployment.ts'

const event = (orderId: string) =>
  orderPlaced(orderOf(orderId), { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' })

test('looking at dead letters changes neither them nor their order', async t => {
  const place = await openDeployment(t)
  await place.start(['inventory_service'])
  for (let index = 0; index < 30; index++) await place.link.operations['publish-raw']({ body: `[${index}]` })
  const letters = await untilDeadLetters(place, 30)
  for (let look = 0; look < 22; look++) assert.deepEqual(await place.link.deadLetters(), letters)
  assert.equal(new Set(letters.map(letter => letter.id)).size, 30)
})

test('a letter is redriven once, as it is or edited, and others stay where they are', async t => {
  const place = await openDeployment(t)
  await place.start()
  await place.setFaults('inventory_service', { error: {} })
  await place.link.operations.redeliver({ orders: [orderOf('mended')] })
  await untilDeadLetters(place, 1)
  await place.setFaults('inventory_service', { error: null })
  const broken = JSON.stringify({ ...event('edited'), version: 9 })
  await place.link.operations['publish-raw']({ body: broken })
  await place.link.operations['publish-raw']({ body: 'hopeless' })
  const letters = await untilDeadLetters(place, 3)
  const idOf = (reason: string) => letters.find(letter => letter.reason === reason)?.id ?? ''
  await place.link.redrive(idOf('retries-exhausted'))
  await place.link.redrive(idOf('unknown-event'), JSON.stringify(event('edited')))
  await untilNotified(place, 2)
  await assertWhole(place, ['mended', 'edited'])
  assert.deepEqual(
    (await place.link.deadLetters()).map(letter => letter.body),
    ['hopeless'],
  )
  await assert.rejects(place.link.redrive('nothing'), /there is no dead letter "nothing"/)
})

test('equal letters have names of their own, and one of them is redriven', async t => {
  const place = await openDeployment(t)
  await place.start(['inventory_service'])
  await place.setFaults('inventory_service', { error: {} })
  await place.link.operations.redeliver({ orders: [orderOf('equal')], times: 2 })
  const letters = await untilDeadLetters(place, 2)
  const [first, second] = letters.map(letter => letter.id)
  assert.notEqual(first, second)
  await place.setFaults('inventory_service', { error: null })
  await place.link.redrive(second ?? '')
  await waitFor(async () => (await decisions(place)).length === 1, { deadlineMs: 60_000, what: 'a decision' })
  assert.deepEqual(
    (await place.link.deadLetters()).map(left => left.id),
    [first],
  )
})

test('a redrive that dies after its publish leaves the letter, and redriven again it has one effect', async t => {
  const place = await openDeployment(t)
  await place.start()
  await place.setFaults('inventory_service', { error: {} })
  await place.link.operations.redeliver({ orders: [orderOf('twice')] })
  const [letter] = await untilDeadLetters(place, 1)
  await place.setFaults('inventory_service', { error: null })
  const browser = await openQueueBrowser(brokerUrl())
  t.after(() => browser.close())
  const dies: typeof browser = {
    ...browser,
    async publish(message) {
      await browser.publish(message)
      throw new Error('killed half-way')
    },
  }
  const { prefix } = place
  const topology = topologyOf(prefix, 3)
  const id = letter?.id ?? ''
  await assert.rejects(redrive(dies, { topology, prefix, id }), /killed half-way/)
  await untilNotified(place, 1)
  assert.deepEqual(
    (await place.link.deadLetters()).map(left => left.id),
    [id],
  )
  await redrive(browser, { topology, prefix, id })
  await assertWhole(place, ['twice'])
  assert.deepEqual(await place.link.deadLetters(), [])
})

test('a letter that the broker does not confirm elsewhere stays', async t => {
  const place = await openDeployment(t)
  await place.start(['inventory_service'])
  await place.link.operations['publish-raw']({ body: '[]' })
  const [letter] = await untilDeadLetters(place, 1)
  await place.kill('inventory_service')
  const browser = await openQueueBrowser(brokerUrl())
  t.after(() => browser.close())
  await browser.remove({ exchanges: [], queues: [`${place.prefix}inventory.orders`] })
  await assert.rejects(place.link.redrive(letter?.id ?? ''), /no queue is bound/)
  assert.deepEqual(await place.link.deadLetters(), [letter])
})

test('the last resort: what comes back from consumers for ever is dead-lettered by the broker, with its reason', async t => {
  const place = await openDeployment(t)
  await place.start(['inventory_service'])
  await place.kill('inventory_service')
  await place.link.operations.redeliver({ orders: [orderOf('boomerang')] })
  const browser = await openQueueBrowser(brokerUrl())
  t.after(() => browser.close())
  for (let time = 0; time <= DELIVERY_LIMIT + 1; time++)
    await browser
      .walk(`${place.prefix}inventory.orders`, async () => {
        throw new Error('a consumer that dies')
      })
      .catch(() => {})
  const letters = await untilDeadLetters(place, 1)
  assert.deepEqual(
    letters.map(({ orderId, reason }) => ({ orderId, reason })),
    [{ orderId: 'boomerang', reason: 'delivery_limit' }],
  )
  await place.start(['inventory_service', 'notification_service'])
  await place.link.redrive(letters[0]?.id ?? '')
  await untilNotified(place, 1)
  assert.equal((await decisions(place)).length, 1)
})
