// The report's only script: over a picture of what happened over time it shows a crosshair with the time and the values there, by
// pointer or by keyboard, and opens the timeline of an order. The page is complete without it. Guarantees that texts of the run stay
// text: nothing is written as markup. Moves nothing by itself, so there is no motion to reduce.

const SVG = 'http://www.w3.org/2000/svg'
/** In pixels of the picture. */
const NEAR = 9
const count = value => value.toLocaleString('en-US', { maximumFractionDigits: 1 })
const duration = tenths => (tenths < 10_000 ? `${count(tenths / 10)} ms` : `${count(tenths / 10_000)} s`)

const element = (name, text = '', className = '') => {
  const made = document.createElement(name)
  made.textContent = text
  if (className) made.className = className
  return made
}

const readout = element('output', '', 'readout')
const dialog = element('dialog', '', 'timeline')
document.body.append(readout, dialog)

for (const packed of document.querySelectorAll('figure>script')) {
  const svg = packed.parentElement.querySelector('svg')
  let waiting
  const begin = () => (waiting ??= unpacked(packed.textContent).then(data => explore(svg, data)))
  svg.tabIndex = 0
  svg.setAttribute('aria-keyshortcuts', 'ArrowLeft ArrowRight PageUp PageDown ArrowUp ArrowDown Enter')
  for (const event of ['pointerenter', 'focus']) svg.addEventListener(event, begin)
}

async function unpacked(base64) {
  const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  const data = await new Response(stream).json()
  for (const group of data.groups) group.orders = ordersOf(group)
  return data
}

/** A row for each order, from the columns; none where the report has no timelines. */
function ordersOf({ timelines }) {
  if (!timelines) return []
  const { requested, answered, stored, decided, notified, released, answers, outcomes, found, key } = timelines
  let at = 0
  return requested.map((since, nth) => ({
    number: nth,
    key: key && `${key}${nth}`,
    at: (at += since),
    answered: answered[nth],
    stored: stored[nth],
    decided: decided[nth],
    notified: notified[nth],
    released: released[nth],
    answer: answers.texts[answers.of[nth]],
    outcome: outcomes.texts[outcomes.of[nth]],
    found: found[nth] ?? [],
  }))
}

function explore(svg, data) {
  const line = document.createElementNS(SVG, 'path')
  line.setAttribute('class', 'cross')
  svg.append(line)
  const xOf = seconds => data.left + (seconds / data.seconds) * (data.right - data.left)
  const now = { group: 0, seconds: 0, order: undefined }
  const hide = () => {
    now.order = undefined
    line.removeAttribute('d')
    svg.classList.remove('on-order')
    readout.replaceChildren()
  }
  const show = () => {
    const { top, bottom } = data.groups[now.group]
    const x = xOf(now.seconds)
    line.setAttribute('d', `M${x} ${top}V${bottom}`)
    readout.replaceChildren(...linesAt(data.groups[now.group], now).map(text => element('div', text)))
    const box = svg.getBoundingClientRect()
    const scale = box.width / svg.viewBox.baseVal.width
    // Above the panels, so that it covers nothing that was measured; below them where there is no room.
    const above = box.top + top * scale - readout.offsetHeight - 4
    const beside = Math.min(box.left + x * scale, document.documentElement.clientWidth - readout.offsetWidth - 8)
    readout.style.left = `${Math.max(8, beside)}px`
    readout.style.top = `${above > 0 ? above : box.top + bottom * scale + 20}px`
    svg.classList.toggle('on-order', now.order !== undefined)
  }
  const moveTo = event => {
    const box = svg.getBoundingClientRect()
    const scale = svg.viewBox.baseVal.width / box.width
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale]
    const group = data.groups.findIndex(({ top, bottom }) => y >= top && y <= bottom)
    if (group < 0 || x < data.left || x > data.right) return hide()
    const order = nearest(data.groups[group], xOf, x, y)
    Object.assign(now, { group, order, seconds: ((x - data.left) / (data.right - data.left)) * data.seconds })
    show()
  }
  // A finger does not move before it points.
  for (const event of ['pointermove', 'pointerdown']) svg.addEventListener(event, moveTo)
  svg.addEventListener('pointerleave', hide)
  svg.addEventListener('blur', hide)
  svg.addEventListener('click', () => {
    if (now.order) tell(data.groups[now.group], now.order)
  })
  svg.addEventListener('keydown', event => {
    if (!stepped(event.key, data, now)) return
    event.preventDefault()
    scrollTo(svg, xOf(now.seconds))
    show()
    if (event.key === 'Enter' && now.order) tell(data.groups[now.group], now.order)
  })
}

/** On a narrow screen a picture scrolls in its box. */
function scrollTo(svg, x) {
  const box = svg.parentElement
  const at = (x * svg.getBoundingClientRect().width) / svg.viewBox.baseVal.width
  if (at < box.scrollLeft || at > box.scrollLeft + box.clientWidth) box.scrollLeft = at - box.clientWidth / 2
}

/**
 * Whether it is a key of the picture. Left and right go from order to order, or in hundredths of the axis; pages are a tenth of it; up
 * and down go to another variant.
 */
function stepped(key, data, now) {
  const { orders } = data.groups[now.group]
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key]
  const page = { PageUp: -1, PageDown: 1 }[key]
  const down = { ArrowUp: -1, ArrowDown: 1 }[key]
  if (down) {
    now.group = Math.min(Math.max(now.group + down, 0), data.groups.length - 1)
    now.order = undefined
  } else if (step && orders.length > 0) {
    const after = orders.findIndex(({ at }) => at / 10_000 >= now.seconds)
    const from = now.order ? now.order.number : (after < 0 ? orders.length : after) - (step > 0 ? 1 : 0)
    now.order = orders[Math.min(Math.max(from + step, 0), orders.length - 1)]
    now.seconds = now.order.at / 10_000
  } else if (step || page) {
    now.order = undefined
    now.seconds = Math.min(Math.max(now.seconds + (step ?? page * 10) * (data.seconds / 100), 0), data.seconds)
  } else return key === 'Enter'
  return true
}

/** The order whose answer or completion is drawn there; undefined where there is none. */
function nearest({ orders, latency }, xOf, x, y) {
  if (!latency) return undefined
  const { top, bottom, least, most } = latency
  const yOf = tenths => {
    const share = Math.log(Math.max(tenths / 10, least) / least) / Math.log(most / least)
    return bottom - share * (bottom - top)
  }
  let best
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

const completedOf = ({ outcome, decided, notified, released }) => {
  if (decided === null || outcome === '') return null
  if (outcome !== 'reserved') return released ?? decided
  return notified === null ? null : Math.max(decided, notified)
}

function linesAt({ curves, answers }, { seconds, order }) {
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

const told = ({ answer, answered }) =>
  answered === null ? `no answer (${answer})` : `${answer} after ${duration(answered)}`

/** The timeline of an order, in the sequence in which it happened. */
function tell({ name, timelines }, order) {
  const { answered, stored, decided, notified, released, outcome } = order
  const happened = [
    [0, `requested, ${count(order.at / 10_000)} s after the load began`],
    [stored, 'stored by the order service'],
    [answered, `answered ${order.answer}`],
    [decided, `decided: ${outcome}`],
    [released, 'its stock given back'],
    [notified, 'notified'],
  ]
  const times = happened.filter(([at]) => at !== null).sort(([one], [other]) => one - other)
  const never = [
    answered === null && `never answered (${order.answer})`,
    stored === null && 'not known to be stored',
    decided === null && 'not known to be decided',
    outcome === 'reserved' && notified === null && 'not known to be notified',
  ].filter(Boolean)
  const list = element('ol')
  for (const [at, text] of times) {
    const item = element('li')
    item.append(element('b', at === 0 ? '0 ms' : duration(at)), ` ${text}`)
    list.append(item)
  }
  const title = element('h3', `Order ${order.number}`)
  title.id = 'timeline-title'
  const close = element('button', 'Close')
  close.addEventListener('click', () => dialog.close())
  const checks = saidByChecks(timelines, order).map(text => element('p', text))
  dialog.replaceChildren(
    title,
    element('p', order.key ? `${name}. Its idempotency key is ${order.key}.` : `${name}.`, 'aside'),
    list,
  )
  dialog.append(...never.map(text => element('p', text)), ...checks, close)
  dialog.setAttribute('aria-labelledby', title.id)
  dialog.showModal()
}

function saidByChecks({ checks, unnamed }, { found }) {
  if (found.length > 0) return found.map(text => `✘ ${text}`)
  if (unnamed.length > 0)
    return [`No check names it. ${unnamed.join(', ')} found more orders than they name, and it may be one of them.`]
  return [`None of the ${checks} checks of this variant found anything wrong with it.`]
}
