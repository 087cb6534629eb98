// The report's only script: over a picture of what happened over time it shows a crosshair with the time and the values there, by
// pointer or by keyboard, and opens the timeline of an order. The page is complete without it. Guarantees that texts of the run stay
// text: nothing is written as markup. Moves nothing by itself, so there is no motion to reduce.

import type { ExploreData } from './explore-data.ts'

/** An order of a variant. Times in tenths of a millisecond after its planned start, and `at` since the load began. */
type Order = {
  number: number
  /** Its idempotency key; empty where that is not known. */
  key: string
  at: number
  answered: number | null
  stored: number | null
  decided: number | null
  notified: number | null
  released: number | null
  answer: string
  outcome: string
  found: string[]
}
type Group = ExploreData['groups'][number] & { orders: Order[] }
type Data = Omit<ExploreData, 'groups'> & { groups: Group[] }
/** Where the crosshair stands. */
type Now = { group: number; seconds: number; order: Order | undefined }

const SVG = 'http://www.w3.org/2000/svg'
/** In pixels of the picture. */
const NEAR = 9
const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 })
const duration = (tenths: number): string =>
  tenths < 10_000 ? `${count(tenths / 10)} ms` : `${count(tenths / 10_000)} s`

const element = <Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = '',
  className = '',
): HTMLElementTagNameMap[Name] => {
  const made = document.createElement(name)
  made.textContent = text
  if (className) made.className = className
  return made
}

const readout = element('output', '', 'readout')
const dialog = element('dialog', '', 'timeline')
document.body.append(readout, dialog)

for (const packed of document.querySelectorAll('figure>script')) {
  const svg = packed.parentElement?.querySelector('svg')
  if (!svg) continue
  let waiting: Promise<void> | undefined
  const begin = (): void => void (waiting ??= unpacked(packed.textContent ?? '').then(data => explore(svg, data)))
  svg.tabIndex = 0
  svg.setAttribute('aria-keyshortcuts', 'ArrowLeft ArrowRight PageUp PageDown ArrowUp ArrowDown Enter')
  for (const event of ['pointerenter', 'focus']) svg.addEventListener(event, begin)
}

async function unpacked(base64: string): Promise<Data> {
  const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  const data = (await new Response(stream).json()) as ExploreData
  return { ...data, groups: data.groups.map(group => ({ ...group, orders: ordersOf(group) })) }
}

/** A row for each order, from the columns; none where the report has no timelines. */
function ordersOf({ timelines }: Pick<Group, 'timelines'>): Order[] {
  if (!timelines) return []
  const { requested, answered, stored, decided, notified, released, answers, outcomes, found, key } = timelines
  let at = 0
  return requested.map((since, nth) => ({
    number: nth,
    key: key && `${key}${nth}`,
    at: (at += since),
    answered: answered[nth] ?? null,
    stored: stored[nth] ?? null,
    decided: decided[nth] ?? null,
    notified: notified[nth] ?? null,
    released: released[nth] ?? null,
    answer: answers.texts[answers.of[nth] ?? -1] ?? '',
    outcome: outcomes.texts[outcomes.of[nth] ?? -1] ?? '',
    found: found[nth] ?? [],
  }))
}

function explore(svg: SVGSVGElement, data: Data): void {
  const line = document.createElementNS(SVG, 'path')
  line.setAttribute('class', 'cross')
  svg.append(line)
  const xOf = (seconds: number): number => data.left + (seconds / data.seconds) * (data.right - data.left)
  const now: Now = { group: 0, seconds: 0, order: undefined }
  const hide = () => {
    now.order = undefined
    line.removeAttribute('d')
    svg.classList.remove('on-order')
    readout.replaceChildren()
  }
  const show = () => {
    const group = data.groups[now.group]
    if (!group) return
    const { top, bottom } = group
    const x = xOf(now.seconds)
    line.setAttribute('d', `M${x} ${top}V${bottom}`)
    readout.replaceChildren(...linesAt(group, now).map(text => element('div', text)))
    const box = svg.getBoundingClientRect()
    const scale = box.width / svg.viewBox.baseVal.width
    // Above the panels, so that it covers nothing that was measured; below them where there is no room.
    const above = box.top + top * scale - readout.offsetHeight - 4
    const beside = Math.min(box.left + x * scale, document.documentElement.clientWidth - readout.offsetWidth - 8)
    readout.style.left = `${Math.max(8, beside)}px`
    readout.style.top = `${above > 0 ? above : box.top + bottom * scale + 20}px`
    svg.classList.toggle('on-order', now.order !== undefined)
  }
  const moveTo = (event: PointerEvent): void => {
    const box = svg.getBoundingClientRect()
    const scale = svg.viewBox.baseVal.width / box.width
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale]
    const place = data.groups.findIndex(({ top, bottom }) => y >= top && y <= bottom)
    const group = data.groups[place]
    if (!group || x < data.left || x > data.right) return hide()
    const order = nearest(group, xOf, x, y)
    Object.assign(now, { group: place, order, seconds: ((x - data.left) / (data.right - data.left)) * data.seconds })
    show()
  }
  // A finger does not move before it points.
  for (const event of ['pointermove', 'pointerdown'] as const) svg.addEventListener(event, moveTo)
  svg.addEventListener('pointerleave', hide)
  svg.addEventListener('blur', hide)
  const tellOrder = () => {
    const group = data.groups[now.group]
    if (group && now.order) tell(group, now.order)
  }
  svg.addEventListener('click', tellOrder)
  svg.addEventListener('keydown', event => {
    if (!stepped(event.key, data, now)) return
    event.preventDefault()
    scrollTo(svg, xOf(now.seconds))
    show()
    if (event.key === 'Enter') tellOrder()
  })
}

/** On a narrow screen a picture scrolls in its box. */
function scrollTo(svg: SVGSVGElement, x: number): void {
  const box = svg.parentElement
  if (!box) return
  const at = (x * svg.getBoundingClientRect().width) / svg.viewBox.baseVal.width
  if (at < box.scrollLeft || at > box.scrollLeft + box.clientWidth) box.scrollLeft = at - box.clientWidth / 2
}

/**
 * Whether it is a key of the picture. Left and right go from order to order, or in hundredths of the axis; pages are a tenth of it; up
 * and down go to another variant.
 */
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 }
const PAGES: Record<string, number> = { PageUp: -1, PageDown: 1 }
const GROUPS: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 }

function stepped(key: string, data: Data, now: Now): boolean {
  const orders = data.groups[now.group]?.orders ?? []
  const [step, page, down] = [STEPS[key], PAGES[key], GROUPS[key]]
  if (down) {
    now.group = Math.min(Math.max(now.group + down, 0), data.groups.length - 1)
    now.order = undefined
  } else if (step && orders.length > 0) {
    const after = orders.findIndex(({ at }) => at / 10_000 >= now.seconds)
    const from = now.order ? now.order.number : (after < 0 ? orders.length : after) - (step > 0 ? 1 : 0)
    now.order = orders[Math.min(Math.max(from + step, 0), orders.length - 1)]
    now.seconds = (now.order?.at ?? 0) / 10_000
  } else if (step || page) {
    now.order = undefined
    now.seconds = Math.min(Math.max(now.seconds + (step ?? (page ?? 0) * 10) * (data.seconds / 100), 0), data.seconds)
  } else return key === 'Enter'
  return true
}

/** The order whose answer or completion is drawn there; undefined where there is none. */
function nearest(
  { orders, latency }: Group,
  xOf: (seconds: number) => number,
  x: number,
  y: number,
): Order | undefined {
  if (!latency) return undefined
  const { top, bottom, least, most } = latency
  const yOf = (tenths: number): number => {
    const share = Math.log(Math.max(tenths / 10, least) / least) / Math.log(most / least)
    return bottom - share * (bottom - top)
  }
  let best: Order | undefined
  let closest = NEAR
  for (const order of orders) {
    const aside = xOf(order.at / 10_000) - x
    if (Math.abs(aside) > NEAR) continue
    for (const tenths of [order.answered, completedOf(order)]) {
      if (tenths === null) continue
      const distance = Math.hypot(aside, yOf(tenths) - y)
      if (distance < closest) [best, closest] = [order, distance]
    }
  }
  return best
}

const completedOf = ({ outcome, decided, notified, released }: Order): number | null => {
  if (decided === null || outcome === '') return null
  if (outcome !== 'reserved') return released ?? decided
  return notified === null ? null : Math.max(decided, notified)
}

function linesAt({ curves, answers }: Group, { seconds, order }: Now): string[] {
  const values = curves.flatMap(({ name, unit, points }) => {
    const last = points.findLast(([at]) => at <= seconds)
    return last ? [`${name} ${count(last[1])} ${unit}`] : []
  })
  const second = Math.floor(seconds)
  const answered = answers.flatMap(({ kind, perSecond }) => {
    const orders = perSecond.find(([at]) => at === second)
    return orders ? [`${count(orders[1])} × ${kind}`] : []
  })
  return [
    `${count(seconds)} s`,
    ...values,
    ...(answered.length > 0 ? [`this second: ${answered.join(', ')}`] : []),
    ...(order ? [`order ${order.number}: ${told(order)}; click or Enter for its timeline`] : []),
  ]
}

const told = ({ answer, answered }: Order): string =>
  answered === null ? `no answer (${answer})` : `${answer} after ${duration(answered)}`

/** The timeline of an order, in the sequence in which it happened. */
function tell({ name, timelines }: Group, order: Order): void {
  const { answered, stored, decided, notified, released, outcome } = order
  const happened: [number | null, string][] = [
    [0, `requested, ${count(order.at / 10_000)} s after the load began`],
    [stored, 'stored by the order service'],
    [answered, `answered ${order.answer}`],
    [decided, `decided: ${outcome}`],
    [released, 'its stock given back'],
    [notified, 'notified'],
  ]
  const times = happened
    .flatMap(([at, text]) => (at === null ? [] : [{ at, text }]))
    .sort((one, other) => one.at - other.at)
  const never = [
    answered === null && `never answered (${order.answer})`,
    stored === null && 'not known to be stored',
    decided === null && 'not known to be decided',
    outcome === 'reserved' && notified === null && 'not known to be notified',
  ].filter(text => text !== false)
  const list = element('ol')
  for (const { at, text } of times) {
    const item = element('li')
    item.append(element('b', at === 0 ? '0 ms' : duration(at)), ` ${text}`)
    list.append(item)
  }
  const title = element('h3', `Order ${order.number}`)
  title.id = 'timeline-title'
  const close = element('button', 'Close')
  close.addEventListener('click', () => dialog.close())
  const checks = (timelines ? saidByChecks(timelines, order) : []).map(text => element('p', text))
  dialog.replaceChildren(
    title,
    element('p', order.key ? `${name}. Its idempotency key is ${order.key}.` : `${name}.`, 'aside'),
    list,
  )
  dialog.append(...never.map(text => element('p', text)), ...checks, close)
  dialog.setAttribute('aria-labelledby', title.id)
  dialog.showModal()
}

function saidByChecks({ checks, unnamed }: NonNullable<Group['timelines']>, { found }: Order): string[] {
  if (found.length > 0) return found.map(text => `✘ ${text}`)
  if (unnamed.length > 0)
    return [`No check names it. ${unnamed.join(', ')} found more orders than they name, and it may be one of them.`]
  return [`None of the ${checks} checks of this variant found anything wrong with it.`]
}
