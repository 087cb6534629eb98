/**
 * The picture of a lane: orders as dots on their way through its parts. A dot is drawn where its order was a second ago, when all
 * that had happened to it is known; those that wait stand together. With reduced motion nothing travels.
 */
import { ANSWERS, type LaneFacts, type LaneFrame, type OrderDot, type Part } from './protocol.ts'

const BEHIND_MS = 1_000
const TRAVEL_MS = 200
const FADE_MS = 500
const HIT_PX = 12
/** Long after everything is over nobody looks for it. */
const FORGET_MS = 4_000

type Point = { x: number; y: number; colour: string; alpha: number; isWaiting?: true }
type Stop = { atMs: number; place: number }

export type Flow = {
  canvas: HTMLCanvasElement
  take(frame: LaneFrame): void
  draw(): void
  /** How many different orders it has been told of. */
  seen(): number
  clear(): void
}

export function createFlow(facts: LaneFacts, onOrder: (index: number) => void): Flow {
  const canvas = document.createElement('canvas')
  canvas.className = 'flow'
  canvas.setAttribute('role', 'img')
  const dots = new Map<number, OrderDot>()
  const drawn: (Point & { index: number })[] = []
  let parts: readonly Part[] = []
  let clock = { nowMs: 0, atMs: performance.now(), oneIn: 1 }
  let seen = 0
  const places = placesOf(facts)
  const still = matchMedia('(prefers-reduced-motion: reduce)')

  canvas.addEventListener('click', event => {
    const box = canvas.getBoundingClientRect()
    const away = ({ x, y }: { x: number; y: number }) =>
      Math.hypot(x - (event.clientX - box.left), y - (event.clientY - box.top))
    const nearest = drawn.toSorted((one, other) => away(one) - away(other))[0]
    if (nearest && away(nearest) <= HIT_PX) onOrder(nearest.index)
  })

  return {
    canvas,
    seen: () => seen,
    clear() {
      dots.clear()
      seen = 0
    },
    take(frame) {
      clock = { nowMs: frame.nowMs, atMs: performance.now(), oneIn: frame.oneIn }
      parts = frame.parts
      for (const dot of frame.orders) {
        if (!dots.has(dot[0])) seen++
        dots.set(dot[0], dot)
      }
      const { waiting, text } = waitingOf(dots, clock.nowMs, frame)
      canvas.setAttribute('aria-label', text)
      canvas.dataset.waiting = String(waiting)
    },
    draw() {
      const pen = prepare(canvas)
      if (!pen) return
      const { width, height } = canvas.getBoundingClientRect()
      const colours = coloursOf(canvas)
      drawParts(pen, { places, parts, width, height, colours })
      const nowMs = clock.nowMs + (performance.now() - clock.atMs) - BEHIND_MS
      drawn.length = 0
      const queues = new Map<number, number>()
      for (const [index, dot] of dots) {
        const point = pointOf(dot, nowMs, { places, width, height, colours, queues, still: still.matches })
        if (point === 'gone') dots.delete(index)
        if (typeof point === 'string') continue
        pen.globalAlpha = point.alpha
        pen.fillStyle = point.colour
        pen.beginPath()
        pen.arc(point.x, point.y, 3, 0, 7)
        pen.fill()
        drawn.push({ index, ...point })
      }
      const [first] = drawn.filter(({ isWaiting }) => isWaiting)
      if (first) canvas.dataset.first = `${Math.round(first.x)} ${Math.round(first.y)}`
      else delete canvas.dataset.first
      pen.globalAlpha = 1
      pen.fillStyle = colours.soft
      pen.textAlign = 'left'
      pen.fillText(clock.oneIn === 1 ? 'one dot is one order' : `one dot is ${clock.oneIn} orders`, 6, height - 6)
    },
  }
}

/** Where each part stands, from 0 to 1, and where orders wait between the order service and inventory. */
type Places = { role: string; name: string; at: number }[]

const CLIENT = 0.03
const AT: Record<string, number> = { order: 0.2, broker: 0.45, inventory: 0.7, notification: 0.92 }

const placesOf = ({ parts }: LaneFacts): Places =>
  parts.flatMap(({ role, name }) => (AT[role] === undefined ? [] : [{ role, name, at: AT[role] }]))

type Colours = Record<'ink' | 'soft' | 'rule' | 'grid' | 'bad' | 'paper' | 'good' | 'warn' | 'band', string>

function coloursOf(canvas: HTMLCanvasElement): Colours {
  const style = getComputedStyle(canvas)
  const read = (name: string) => style.getPropertyValue(name)
  return {
    ink: read('--ink'),
    soft: read('--soft'),
    rule: read('--rule'),
    grid: read('--grid'),
    bad: read('--bad'),
    paper: read('--paper'),
    good: read('--good-text'),
    warn: read('--warn'),
    band: read('--band'),
  }
}

function prepare(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const { width, height } = canvas.getBoundingClientRect()
  const scale = devicePixelRatio
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale)
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale)
  const pen = canvas.getContext('2d')
  pen?.setTransform(scale, 0, 0, scale, 0, 0)
  pen?.clearRect(0, 0, width, height)
  return pen
}

type Scene = { places: Places; parts: readonly Part[]; width: number; height: number; colours: Colours }

function drawParts(pen: CanvasRenderingContext2D, { places, parts, width, height, colours }: Scene): void {
  pen.font = '12px system-ui, sans-serif'
  pen.strokeStyle = colours.grid
  pen.lineWidth = 2
  pen.beginPath()
  pen.moveTo(CLIENT * width, height / 2)
  pen.lineTo((AT.notification ?? 1) * width, height / 2)
  pen.stroke()
  pen.textAlign = 'left'
  pen.fillStyle = colours.soft
  pen.fillText('clients', 6, 16)
  pen.textAlign = 'center'
  for (const { role, name, at } of places) {
    const state = parts.find(part => part.role === role)?.state ?? 'starting'
    const isUp = state === 'up'
    const boxWidth = Math.min(110, width * 0.16)
    const x = at * width - boxWidth / 2
    pen.fillStyle = isUp ? colours.paper : colours.band
    pen.strokeStyle = isUp ? colours.rule : colours.bad
    pen.setLineDash(role === 'broker' ? [5, 4] : [])
    pen.beginPath()
    pen.roundRect(x, 26, boxWidth, height - 52, 8)
    pen.fill()
    pen.stroke()
    pen.setLineDash([])
    pen.fillStyle = isUp ? colours.ink : colours.bad
    pen.fillText(width < 560 ? role : name, at * width, 16, boxWidth * 1.6)
    if (!isUp) pen.fillText(WORDS[state] ?? state, at * width, height - 12)
  }
}

const WORDS: Record<string, string> = { down: 'down', paused: 'paused', gone: 'cut off', starting: 'starting' }

type Look = {
  places: Places
  width: number
  height: number
  colours: Colours
  queues: Map<number, number>
  still: boolean
}

/** Its place now; `hidden` before it was sent, `gone` when its journey is over. */
function pointOf(dot: OrderDot, nowMs: number, look: Look): Point | 'hidden' | 'gone' {
  const { stops, endMs, colour } = journeyOf(dot, look)
  const first = stops[0]
  if (!first || nowMs < first.atMs) return 'hidden'
  if (endMs !== undefined && nowMs > endMs + FORGET_MS) return 'gone'
  if (endMs !== undefined && nowMs > endMs + FADE_MS) return 'hidden'
  const next = stops.findIndex(({ atMs }) => atMs > nowMs)
  const here = stops[next === -1 ? stops.length - 1 : next - 1] ?? first
  const there = next === -1 ? undefined : stops[next]
  const laneY = look.height / 2 + (((dot[0] * 37) % 41) - 20) * 0.6
  const alpha = endMs !== undefined && nowMs > endMs ? 1 - (nowMs - endMs) / FADE_MS : 1
  const leavesMs = there ? Math.max(here.atMs, there.atMs - TRAVEL_MS) : Infinity
  if (there && nowMs >= leavesMs && !look.still) {
    const part = (nowMs - leavesMs) / Math.max(1, there.atMs - leavesMs)
    return { x: (here.place + (there.place - here.place) * part) * look.width, y: laneY, colour, alpha }
  }
  if (endMs !== undefined && next === -1) return { x: here.place * look.width, y: laneY, colour, alpha }
  return { ...waitingPoint(here.place, look), colour, alpha, isWaiting: true }
}

/** Those that wait in one place stand in rows beside each other. */
function waitingPoint(place: number, { width, height, queues }: Look): { x: number; y: number } {
  const nth = queues.get(place) ?? 0
  queues.set(place, nth + 1)
  const rows = Math.max(1, Math.floor((height - 70) / 8))
  const columns = Math.max(3, Math.floor(Math.min(110, width * 0.16) / 8) - 1)
  const row = nth % rows
  const column = Math.floor(nth / rows) % columns
  return { x: Math.max(8, place * width - (columns - 1) * 4) + column * 8, y: 40 + row * 8 }
}

function journeyOf(dot: OrderDot, { colours }: Look): { stops: Stop[]; endMs?: number; colour: string } {
  const [, sentMs, answer, answeredMs, placedMs, outcome, decidedMs, notifiedMs] = dot
  const kind = ANSWERS[answer]
  const stops: Stop[] = [{ atMs: sentMs, place: CLIENT }]
  /** What took less time than an eye follows is drawn later than it was. */
  const stop = (atMs: number | null, place: number | undefined): void => {
    if (atMs !== null && place !== undefined)
      stops.push({ atMs: Math.max(atMs, (stops.at(-1)?.atMs ?? 0) + TRAVEL_MS), place })
  }
  stop(placedMs, AT.order)
  const storedMs = stops.at(-1)?.atMs ?? 0
  if (placedMs !== null && (decidedMs === null || decidedMs > storedMs + 2 * TRAVEL_MS)) stop(storedMs, AT.broker)
  if (outcome !== null)
    stop(decidedMs, decidedMs !== null && outcome === 0 && kind === 'error' ? AT.order : AT.inventory)
  if (outcome === 1) stop(notifiedMs, AT.notification)
  if (kind === 'error' || kind === 'none') {
    if (placedMs === null) stop(answeredMs, CLIENT + 0.03)
    const isOver = placedMs === null || outcome !== null
    return { stops, colour: colours.bad, ...(isOver && { endMs: stops.at(-1)?.atMs }) }
  }
  if (outcome === 0 || kind === 'refused') return { stops, endMs: stops.at(-1)?.atMs, colour: colours.warn }
  if (outcome === 1 && notifiedMs !== null) return { stops, endMs: stops.at(-1)?.atMs, colour: colours.good }
  return { stops, colour: colours.ink }
}

function waitingOf(dots: ReadonlyMap<number, OrderDot>, nowMs: number, { counters, oneIn, parts }: LaneFrame) {
  const waiting = [...dots.values()].filter(
    ([, sentMs, , , , outcome]) => outcome === null && nowMs - sentMs > BEHIND_MS,
  )
  const off = parts
    .filter(({ state }) => state !== 'up')
    .map(({ name, state }) => `${name} is ${WORDS[state] ?? state}`)
  const text = `${counters.sent} orders sent, ${counters.undecided} accepted and undecided, ${counters.notified} notified${
    off.length > 0 ? `; ${off.join(', ')}` : ''
  }`
  return { waiting: waiting.length * oneIn, text }
}
