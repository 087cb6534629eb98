// The live page in a real browser, with a real model behind it: each switch does what it says, and what is drawn is what happened.
import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { waitFor } from '#host/wait-for.ts'
import { findChromium } from '../testing/find-chromium.ts'
import { testFolder } from '../testing/cli.ts'
import { type LiveLab, startLive } from '../testing/live-lab.ts'

const PATIENCE_MS = 60_000
const folder = testFolder()
let browser: Browser
let lab: LiveLab

before(async () => {
  // A root user, as in a container, has no sandbox to offer.
  browser = await chromium.launch({ executablePath: findChromium(process.env), args: ['--no-sandbox'] })
  lab = await startLive(folder, ['sync-rest', '--rate', '30'])
})
after(async () => {
  await browser.close()
  lab.process.kill('SIGINT')
  await lab.ended
  folder.remove()
})

async function open(options: BrowserContextOptions = {}, { address }: LiveLab = lab) {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  const wrong: string[] = []
  page.on('console', message => wrong.push(`console: ${message.text()}`))
  page.on('pageerror', error => wrong.push(`error: ${error.message}`))
  page.on('request', request => {
    if (!request.url().startsWith(address) && !request.url().startsWith('data:')) wrong.push(request.url())
  })
  await page.goto(address)
  await page.locator('.lane[data-phase=running]').waitFor()
  return { page, wrong, close: () => context.close() }
}

/** Another lab, of this test alone. */
async function startOther(t: TestContext, args: readonly string[]): Promise<LiveLab> {
  const own = testFolder()
  t.after(own.remove)
  const other = await startLive(own, args)
  t.after(async () => {
    other.process.kill('SIGINT')
    await other.ended
  })
  return other
}

const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const press = (page: Page, name: string, button: string) =>
  part(page, name).getByRole('button', { name: button, exact: true }).click()
const untilState = (page: Page, name: string, state: string) =>
  part(page, name).locator('.state', { hasText: state }).waitFor()
const tile = async (page: Page, name: string): Promise<number> =>
  Number((await page.locator(`[data-tile=${name}] b`).textContent())?.replaceAll(',', ''))
const lane = (page: Page) => page.getByRole('region', { name: 'sync-rest', exact: true })

test('a service is killed, started, paused, cut off and resumed by its buttons, and shows how it stands', async () => {
  const { page, wrong, close } = await open()
  await press(page, 'inventory_service', 'Kill')
  await untilState(page, 'inventory_service', 'down')
  await lab.until('inventory to be down', ({ parts }) =>
    parts.some(({ role, state }) => role === 'inventory' && state === 'down'),
  )
  await press(page, 'inventory_service', 'Start')
  await untilState(page, 'inventory_service', 'up')
  for (const [button, state] of [
    ['Pause', 'paused'],
    ['Cut off', 'cut off'],
  ] as const) {
    await press(page, 'notification_service', button)
    await untilState(page, 'notification_service', state)
    await press(page, 'notification_service', 'Resume')
    await untilState(page, 'notification_service', 'up')
  }
  assert.deepEqual(wrong, [])
  await close()
})

test('a fault is set with its number and healed, and a crash point ends the process', async () => {
  const { page, wrong, close } = await open()
  const inventory = part(page, 'inventory_service')
  await inventory.getByLabel('fault', { exact: true }).selectOption('delay')
  await inventory.getByLabel('ms', { exact: true }).fill('70')
  await press(page, 'inventory_service', 'On')
  await untilState(page, 'inventory_service', 'delay 70')
  await press(page, 'inventory_service', 'Heal')
  await untilState(page, 'inventory_service', 'up')
  await press(page, 'inventory_service', 'Set')
  await untilState(page, 'inventory_service', 'down')
  await press(page, 'inventory_service', 'Start')
  await untilState(page, 'inventory_service', 'up')
  assert.deepEqual(wrong, [])
  await close()
})

test('a rate and a burst reach the services, and each order is a dot', async () => {
  const { page, wrong, close } = await open()
  const perSecond = lane(page).getByLabel('orders a second')
  await perSecond.fill('0')
  await perSecond.press('Tab')
  await lab.until(
    'no order on its way',
    ({ ordersPerSecond, counters }) => ordersPerSecond === 0 && counters.undecided === 0,
  )
  const before = await lab.until('the load to stand still', () => true)
  const untilShown = (sent: number) =>
    lane(page).locator('[data-tile=sent] b').getByText(sent.toLocaleString('en-US'), { exact: true }).waitFor()
  const dots = () => lane(page).getAttribute('data-dots').then(Number)
  await untilShown(before.counters.sent)
  const dotsBefore = await dots()
  assert.ok(dotsBefore > 0)
  await lane(page).getByLabel('orders at once').fill('25')
  await lane(page).getByRole('button', { name: 'at once' }).click()
  const sent = before.counters.sent + 25
  await untilShown(sent)
  assert.equal(await dots(), dotsBefore + 25)
  for (const name of ['lost', 'duplicated', 'oversold', 'unexpected']) assert.equal(await tile(page, name), 0, name)
  await perSecond.fill('30')
  await perSecond.press('Tab')
  await lab.until('orders again', ({ counters }) => counters.sent > sent + 10)
  assert.deepEqual(wrong, [])
  await close()
})

/** Where the first of those that wait is drawn. */
async function firstWaiting(page: Page): Promise<{ x: number; y: number }> {
  const place = await page.locator('canvas.flow[data-first*=" "]').getAttribute('data-first')
  const [x = 0, y = 0] = place?.split(' ').map(Number) ?? []
  return { x, y }
}

test('the story of an order is opened by its number, and by a click on its dot', async () => {
  const { page, wrong, close } = await open()
  await press(page, 'order_service', 'Pause')
  await untilState(page, 'order_service', 'paused')
  const story = page.getByRole('dialog')
  // The dot may have moved on when the click comes.
  const isOpened = async () => {
    if (await story.isVisible()) return true
    await page.locator('canvas.flow').click({ position: await firstWaiting(page), timeout: 5_000 })
    return story.isVisible()
  }
  await waitFor(() => isOpened().catch(() => false), { deadlineMs: PATIENCE_MS, what: 'the story of a dot' })
  await story.getByText('the client sends it').first().waitFor()
  await story.getByRole('button', { name: 'Close' }).click()
  await lane(page).getByLabel('number of an order').fill('0')
  await lane(page).getByRole('button', { name: 'story of this order' }).click()
  await story.getByText('the client is answered').waitFor()
  assert.match((await story.textContent()) ?? '', /sync-rest: order 0.+the client sends it/)
  await story.getByRole('button', { name: 'Close' }).click()
  await press(page, 'order_service', 'Resume')
  await untilState(page, 'order_service', 'up')
  await lane(page).getByLabel('number of an order').fill('99999999')
  await lane(page).getByRole('button', { name: 'story of this order' }).click()
  await page.getByText('There is no order 99999999 in sync-rest.').waitFor()
  assert.deepEqual(
    wrong.filter(each => !each.includes('404')),
    [],
  )
  await close()
})

for (const [name, viewport] of Object.entries({
  wide: { width: 1_440, height: 900 },
  narrow: { width: 390, height: 844 },
}))
  for (const colorScheme of ['light', 'dark'] as const)
    test(`on a ${name} ${colorScheme} screen nothing is wider than the screen, and all that can be pressed has a name`, async () => {
      const { page, wrong, close } = await open({ viewport, colorScheme, reducedMotion: 'reduce' })
      await page.locator('.curve canvas').first().waitFor()
      assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= viewport.width)
      const nameless = await page.evaluate<string[]>(`[...document.querySelectorAll('button, input, select')]
        .filter(each => ![each.getAttribute('aria-label'), each.textContent, each.closest('label')?.textContent].some(text => text?.trim()))
        .map(each => each.outerHTML)`)
      assert.deepEqual(nameless, [])
      assert.deepEqual(wrong, [])
      await close()
    })

test('the verdict on the page is that of the result, and a lane that was judged begins again', async () => {
  const { page, wrong, close } = await open()
  await lane(page).getByRole('button', { name: 'Judge' }).click()
  const verdict = page.locator('.judged .verdict')
  await verdict.waitFor()
  const { judged, sentence } = await lab.until('the verdict', ({ phase }) => phase === 'judged')
  assert.equal(await verdict.textContent(), sentence)
  assert.equal(judged?.verdict, 'valid', sentence)
  await lane(page).getByRole('button', { name: 'Begin again' }).click()
  await page.locator('.lane[data-phase=running]').waitFor()
  await lab.until('the second round', ({ round, counters }) => round === 2 && counters.sent > 0)
  assert.deepEqual(wrong, [])
  await close()
})

test('two pages show the same, and one that is closed takes nothing with it', async () => {
  const [one, other] = [await open(), await open()]
  await press(one.page, 'inventory_service', 'Kill')
  for (const { page } of [one, other]) await untilState(page, 'inventory_service', 'down')
  await one.close()
  await press(other.page, 'inventory_service', 'Start')
  await untilState(other.page, 'inventory_service', 'up')
  const { counters } = await lab.until('the lane', () => true)
  await lane(other.page)
    .locator('[data-tile=sent] b')
    .filter({ hasNotText: counters.sent.toLocaleString('en-US') })
    .waitFor()
  assert.deepEqual(other.wrong, [])
  await other.close()
})

test('dead letters are listed with why, and redriven by their reason', async t => {
  const { page, wrong, close } = await open({}, await startOther(t, ['async-rabbitmq', '--rate', '5']))
  const box = page.locator('.dead-letters')
  await page.getByRole('region', { name: 'async-rabbitmq', exact: true }).getByText('a poison message').click()
  await box.getByText('Dead letters (1)').click()
  const would = box.getByText('Would be redriven')
  await would.filter({ hasText: 'Would be redriven: 1 of 1.' }).waitFor()
  await box.getByRole('button', { name: 'Redrive' }).click()
  await page.locator('.marks').getByText('1 dead letters redriven').waitFor()
  await would.filter({ hasText: 'Parked, since they came back after a redrive: 1.' }).waitFor()
  assert.deepEqual(wrong, [])
  await close()
})

test('a page whose lab has ended says so', async t => {
  const ended = await startOther(t, ['sync-rest'])
  const { page, close } = await open({}, ended)
  ended.process.kill('SIGINT')
  await ended.ended
  await page.getByText('it may have ended').waitFor()
  await close()
})
