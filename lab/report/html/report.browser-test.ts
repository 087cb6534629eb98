// The report in a real browser: everything is drawn, nothing is requested from a network, and it is accessible.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { inflateSync } from 'node:zlib'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { HEALTHY } from '../../comparison/scenarios.ts'
import { recommendations } from '../../comparison/recommendations.ts'
import { COMPARISON } from '../../publish/comparison.ts'
import { findRun, ROOT } from '../../session/run-folder.ts'
import { traced } from '../../session/traced.ts'
import { findChromium } from '../../testing/find-chromium.ts'
import { scenarioAnchor } from './parts.ts'
import { sampleComparison } from '../../testing/sample-comparison.ts'
import { sampleResult, sampleSummary } from '../../testing/sample-result.ts'
import { reportPage } from './page.ts'

const folder = mkdtempSync(join(tmpdir(), 'report-'))
const file = join(folder, 'report.html')
/** Of a run of experiments; `file` is that of a comparison. */
const runFile = join(folder, 'run.html')
/** Of the published comparison, from its summary alone. */
const summaryFile = join(folder, 'summary.html')
/** Of the published comparison, with the timelines of its orders. */
const publishedFile = join(folder, 'published.html')
const summary = sampleComparison()
const { about = [], models = [] } = summary.comparison ?? {}
let browser: Browser

before(async () => {
  const registry = { experiments: [], scenarios: [], models: [] }
  writeFileSync(file, reportPage(summary, { registry, recommendations: recommendations(summary) }))
  writeFileSync(runFile, reportPage(sampleSummary([sampleResult, sampleResult]), { registry }))
  const published = findRun(join(ROOT, COMPARISON))
  writeFileSync(summaryFile, reportPage(published.summary, { registry }))
  const shown = await traced(published.summary, published.folder)
  writeFileSync(publishedFile, reportPage(shown.summary, { registry, recommendations: recommendations(shown.summary) }))
  // A root user, as in a container, has no sandbox to offer.
  browser = await chromium.launch({ executablePath: findChromium(process.env), args: ['--no-sandbox'] })
})
after(async () => {
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The report, with everything that went wrong: console messages, errors, and requests for anything but itself. */
async function open(
  options: BrowserContextOptions = {},
  shown = file,
): Promise<{ page: Page; wrong: string[]; close(): Promise<void> }> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const wrong: string[] = []
  page.on('console', message => wrong.push(`console: ${message.text()}`))
  page.on('pageerror', error => wrong.push(`error: ${error.message}`))
  page.on('request', request => {
    if (request.url() !== pathToFileURL(shown).href) wrong.push(`request: ${request.url()}`)
  })
  await page.goto(pathToFileURL(shown).href)
  return { page, wrong, close: () => context.close() }
}

const SCREENS = { wide: { width: 1_400, height: 900 }, narrow: { width: 390, height: 844 } }

for (const [name, viewport] of Object.entries(SCREENS))
  for (const colorScheme of ['light', 'dark'] as const)
    test(`on a ${name} ${colorScheme} screen every picture is drawn and the page is no wider than the screen`, async () => {
      const { page, wrong, close } = await open({ viewport, colorScheme })
      await noWider(page)
      for (const details of await page.locator('details').all()) {
        await details.evaluate(element => element.setAttribute('open', ''))
      }
      await noWider(page)
      const figures = await page.locator('figure[data-figure] svg').all()
      assert.ok(figures.length >= 8, `${figures.length} pictures`)
      for (const figure of figures) {
        const box = await figure.boundingBox()
        assert.ok(box && box.width > 200 && box.height > 80, JSON.stringify(box))
        assert.ok((await figure.locator('.axis').count()) > 0, 'an axis')
        assert.ok((await figure.locator('.panel path').count()) > 0, 'what was measured')
      }
      assert.deepEqual(wrong, [])
      await close()
    })

/** The longest word must not make the page scroll sideways. */
async function noWider(page: Page): Promise<void> {
  const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
  assert.ok(beyond <= 0, `${beyond} px beyond the screen`)
}

const REPORTS = { run: runFile, comparison: file, 'published comparison': publishedFile }
const PHONE = { viewport: SCREENS.narrow }

for (const [name, shown] of Object.entries(REPORTS)) {
  test(`on a phone every column of the verdicts of a ${name} is on the screen`, async () => {
    const { page, close } = await open(PHONE, shown)
    const cells = await page.locator('#verdicts tbody tr > *').all()
    assert.ok(cells.length > 5)
    for (const cell of cells) {
      const box = await cell.boundingBox()
      assert.ok(box && box.x >= 0 && box.x + box.width <= SCREENS.narrow.width, await cell.innerText())
    }
    await close()
  })

  test(`printed, a ${name} has at most ten pages, and none is blank`, async () => {
    const { page, close } = await open({}, shown)
    for (const format of ['A4', 'Letter']) {
      const printed = textsOfPages(await page.pdf({ format }))
      assert.ok(printed.length > 1 && printed.length <= 10, `${format}: ${printed.length} pages`)
      assert.ok(!printed.includes(0), `${format}: ${printed.join(', ')} texts on a page`)
    }
    await close()
  })

  for (const [screen, viewport] of Object.entries(SCREENS))
    test(`on a ${screen} screen the keyboard stops in a ${name} only at what does something`, async () => {
      const { page, close } = await open({ viewport }, shown)
      const stops = new Set<string>()
      for (let nth = 0; nth < 500; nth++) {
        await page.keyboard.press('Tab')
        const stop = await page.evaluate<string>(FOCUSED)
        if (stop === 'BODY') break
        stops.add(stop)
      }
      for (const stop of stops) assert.match(stop, /^(A|SUMMARY|svg|scrolls)$/)
      assert.ok(stops.has('A'))
      if (screen === 'narrow') assert.ok(stops.has('scrolls'), 'what is wider than the screen is reached')
      await close()
    })
}

/** The focused element, and whether it is one because it scrolls. */
const FOCUSED = `(({ tagName, scrollWidth, clientWidth }) => ['A', 'SUMMARY', 'BODY', 'svg'].includes(tagName) ? tagName
  : scrollWidth > clientWidth ? 'scrolls' : tagName + ' does nothing')(document.activeElement)`

/** How many pieces of text each page of a PDF of Chromium shows. */
function textsOfPages(pdf: Buffer): number[] {
  const text = pdf.toString('latin1')
  return [...text.matchAll(/\/Type \/Page\b[^]*?\/Contents (\d+) 0 R/g)].map(([, id]) => {
    const content = text.slice(text.search(new RegExp(`^${id} 0 obj`, 'm')))
    // By its length: its last byte may be one that ends a line.
    const [head = '', length = ''] = /\/Length (\d+)[^]*?stream\r?\n/.exec(content) ?? []
    const from = content.indexOf(head) + head.length
    return (
      inflateSync(Buffer.from(content.slice(from, from + Number(length)), 'latin1'))
        .toString('latin1')
        .match(/\bT[jJ]\b/g)?.length ?? 0
    )
  })
}

test('the timelines of all orders make the report larger by less than 500 kB', () => {
  const more = statSync(publishedFile).size - statSync(summaryFile).size
  assert.ok(more > 100_000 && more < 500_000, `${more} bytes`)
})

test('the contents stay in view, and what they lead to is not below them', async () => {
  for (const viewport of Object.values(SCREENS)) {
    const { page, close } = await open({ viewport, reducedMotion: 'reduce' })
    await page.locator('nav a[href="#verdicts"]').click()
    await frame(page)
    assert.ok((await page.evaluate<number>('window.scrollY')) > 1_000)
    const nav = await page.locator('nav').boundingBox()
    const head = await page.locator('#verdicts').boundingBox()
    assert.equal(nav?.y, 0)
    assert.ok(head && nav && head.y >= nav.height, `${head?.y} px, below ${nav?.height}`)
    await close()
  }
})

test('a wide screen shows the measures beside the picture, and the picture in its full size', async () => {
  const { page, close } = await open({ viewport: { width: 1_440, height: 900 } })
  const places = await page.evaluate<number[][]>(`[...document.querySelectorAll('.scenario .beside')].map(beside =>
    [...beside.children].flatMap(child => [child.getBoundingClientRect().x, child.getBoundingClientRect().width]))`)
  assert.ok(places.length >= 7)
  for (const [left = 0, picture = 0, right = 0, table = 0] of places) {
    assert.ok(picture >= 870 && table >= 400 && right >= left + picture, JSON.stringify([left, picture, right, table]))
  }
  await close()
})

test('on a phone no text of the page is smaller than 11 px', async () => {
  const { page, close } = await open(PHONE)
  const least = await page.evaluate<number>(`Math.min(...[...document.querySelectorAll('main *:not(svg *)')]
    .filter(element => [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim() !== ''))
    .map(element => parseFloat(getComputedStyle(element).fontSize)))`)
  assert.ok(least >= 11, `${least} px`)
  await close()
})

/** A browser tells a page of the pointer, and scrolls, once a frame. */
const frame = (page: Page): Promise<unknown> =>
  page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')

const TIMELINE = '#scenario-inventory-dead figure[data-figure="scenario"] svg'

/** Moves the pointer to an order of the second model. */
async function pointAt(page: Page): Promise<void> {
  const svg = page.locator(TIMELINE)
  await page.evaluate(`document.querySelector('${TIMELINE}').scrollIntoView({ block: 'center', behavior: 'instant' })`)
  const panel = await svg.locator('.panel-orders').nth(1).locator('path.accepted').first().boundingBox()
  assert.ok(panel)
  // What it knows is unpacked when the pointer comes.
  await page.mouse.move(panel.x + panel.width / 2, panel.y + panel.height / 2)
  await page.locator(`${TIMELINE} .cross`).waitFor({ state: 'attached' })
  for (let up = 0; up < panel.height; up++) {
    await page.mouse.move(panel.x + panel.width / 2, panel.y + up)
    await frame(page)
    if (await page.locator(`${TIMELINE}.on-order`).count()) return
  }
  assert.fail('no order is near the pointer')
}

test('a pointer on a picture is told the time and the values there, and a click on an order opens its timeline', async () => {
  const { page, wrong, close } = await open({ viewport: SCREENS.wide }, publishedFile)
  await pointAt(page)
  const said = await page.locator('.readout').innerText()
  assert.match(said, /^[\d.]+ s\nbacklog [\d,]+ orders\nthis second: \d+ × 202\norder \d+: 202 after [\d.]+ ms/)
  await page.mouse.down()
  await page.mouse.up()
  const dialog = page.locator('dialog[open]')
  const timeline = await dialog.innerText()
  for (const each of [
    /^Order \d+\n/,
    /0 ms\s+requested/,
    /stored by/,
    /answered 202/,
    /decided: /,
    /None of the 18 checks/,
  ])
    assert.match(timeline, each)
  const times = (await dialog.locator('li b').allInnerTexts()).map(milliseconds)
  assert.ok(times.length >= 5)
  assert.deepEqual(
    times,
    times.toSorted((one, other) => one - other),
  )
  await page.keyboard.press('Escape')
  assert.equal(await dialog.count(), 0)
  assert.deepEqual(wrong, [])
  await close()
})

/** Of `1,234.5 ms` or `12.3 s`. */
const milliseconds = (text: string): number => parseFloat(text.replaceAll(',', '')) * (text.endsWith(' ms') ? 1 : 1_000)

test('the keyboard goes from order to order, opens a timeline and comes back to the picture', async () => {
  const { page, close } = await open(PHONE, publishedFile)
  await page.locator(TIMELINE).focus()
  await page.locator(`${TIMELINE} .cross`).waitFor({ state: 'attached' })
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('PageDown')
  const orders = []
  for (let nth = 0; nth < 3; nth++) {
    await page.keyboard.press('ArrowRight')
    orders.push(Number(/order (\d+):/.exec(await page.locator('.readout').innerText())?.[1]))
  }
  const [first = 0] = orders
  assert.ok(first > 10)
  assert.deepEqual(orders, [first, first + 1, first + 2])
  await page.keyboard.press('Enter')
  assert.match(await page.locator('dialog[open]').innerText(), new RegExp(`^Order ${first + 2}\n`))
  await noWider(page)
  await page.keyboard.press('Enter')
  assert.equal(await page.locator('dialog[open]').count(), 0)
  assert.equal(await page.evaluate<string>('document.activeElement.tagName'), 'svg')
  await close()
})

test('on a phone the text of a picture has at least 11 px', async () => {
  const { page, close } = await open(PHONE)
  const least =
    await page.evaluate<number>(`Math.min(...[...document.querySelectorAll('figure svg text')].flatMap(text => {
    const { width } = text.ownerSVGElement.getBoundingClientRect()
    return width === 0 ? [] : parseFloat(getComputedStyle(text).fontSize) * width / text.ownerSVGElement.viewBox.baseVal.width
  }))`)
  assert.ok(least >= 11, `${least} px`)
  await close()
})

for (const colorScheme of ['light', 'dark'] as const)
  test(`${colorScheme}: bars and answers stand out from their ground, and each kind of 409 has a tone of its own`, async () => {
    const { page, close } = await open({ colorScheme })
    const fill = (selector: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).fill`)
    const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    const band = await fill('.band rect')
    const kinds = await page.evaluate<string[]>(`[...new Set([...document.querySelectorAll('[class^="answer-"]')]
      .map(element => element.getAttribute('class')))]`)
    assert.ok(kinds.length >= 5, kinds.join())
    for (const kind of kinds)
      for (const behind of [ground, band]) {
        const colour = await fill(`[class="${kind}"]`)
        assert.ok(contrast(colour, behind) >= 3, `${kind}: ${colour} on ${behind}`)
      }
    const [stock, sku] = [await fill('.answer-rightly'), await fill('.answer-rightly.tone-2')]
    assert.ok(contrast(stock, sku) >= 1.5, `${stock} and ${sku}`)
    await close()
  })

test('each scenario has panels for each model that supports it, on one axis, with its band', async () => {
  const { page, close } = await open()
  for (const { name, without } of about.filter(scenario => scenario.name !== HEALTHY)) {
    const figure = page.locator(`[id="${scenarioAnchor(name)}"] figure[data-figure="scenario"]`)
    const shown = models.filter(model => without[model] === undefined)
    for (const kind of ['orders', 'curves', 'answers']) {
      assert.equal(await figure.locator(`.panel-${kind}`).count(), shown.length, `${name}: ${kind}`)
    }
    const bands = await figure.locator('.band').all()
    assert.ok(bands.length >= shown.length, `${name}: ${bands.length} bands`)
    for (const band of bands) assert.ok(((await band.boundingBox())?.width ?? 0) > 2, 'a band is seen')
    for (const model of shown) assert.ok((await figure.textContent())?.includes(model), model)
  }
  await close()
})

test('light and dark differ, and text has enough contrast in both', async () => {
  const grounds = new Set<string>()
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, close } = await open({ colorScheme })
    const text = await page.evaluate<string>('getComputedStyle(document.body).color')
    const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    assert.ok(contrast(text, ground) >= 4.5, `${text} on ${ground}`)
    grounds.add(ground)
    await close()
  }
  assert.equal(grounds.size, 2)
})

test('the keyboard reaches the results past the head, and the section of a verdict', async () => {
  const { page, close } = await open()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate<string>('document.activeElement.id'), 'main')
  const links = page.locator('#verdicts a[href^="#"]')
  assert.ok((await links.count()) > 5)
  await links.first().focus()
  const href = (await links.first().getAttribute('href')) ?? ''
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate<string>('location.hash'), href)
  assert.equal(await page.locator(`[id="${href.slice(1)}"]`).count(), 1)
  await close()
})

test('the page is complete without scripts', async () => {
  const texts = []
  for (const javaScriptEnabled of [true, false]) {
    const { page, close } = await open({ javaScriptEnabled })
    texts.push(await page.locator('main').textContent())
    await close()
  }
  assert.ok((texts[0] ?? '').length > 1_000)
  assert.equal(texts[0], texts[1])
})

/** As WCAG 2.2 defines it, of two colours as the browser computes them: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [...colour.matchAll(/[\d.]+/g)].map(([value]) => {
    const share = Number(value) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
