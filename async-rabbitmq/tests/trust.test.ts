// A service does not trust a broker too early: neither queues that are too young, nor a topology that does not stand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBrowser } from '../broker/browser.ts'
import { orderOf, untilNotified } from './evidence.ts'
import { brokerUrl, openPlace } from './place.ts'

/** A quorum queue younger than this loses what it confirmed when the broker is killed. */
const TOO_YOUNG_MS = 1_100

test('queues come of age before they are used, and whoever finds them old need not wait', async t => {
  const place = await openPlace(t)
  await place.start(['inventory_service'])
  const healthyAfterMs = (log: string) => {
    const timeOf = (event: string) =>
      Date.parse(new RegExp(`"time":"([^"]+)"[^\\n]*"event":"${event}"`).exec(log)?.[1] ?? '')
    return timeOf('the broker serves') - timeOf('listening')
  }
  assert.ok(healthyAfterMs(place.log('inventory_service')) > TOO_YOUNG_MS)
  await place.start(['notification_service'])
  assert.ok(healthyAfterMs(place.log('notification_service')) < TOO_YOUNG_MS)
})

test('any service alone declares all that the others read, and probes are dropped in silence', async t => {
  const place = await openPlace(t)
  await place.start(['inventory_service'])
  await place.link.verbs.redeliver?.({ orders: [orderOf('early')] })
  const browser = await openBrowser(brokerUrl())
  t.after(() => browser.close())
  assert.ok((await browser.readyMessages(`${place.prefix}notification.reserved`)) !== undefined)
  await place.start(['notification_service', 'order_service'])
  await untilNotified(place, 1)
  assert.deepEqual(await place.link.deadLetters(), [])
})
