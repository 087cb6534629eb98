/**
 * The picture of a lane: orders as dots on their way through its parts. A dot is drawn where its order was a second ago, when all
 * that had happened to it is known; those that wait stand together. With reduced motion nothing travels.
 */
import { AT, CLIENT, type Journey, journeyOf, type Spot, spotOf, type Tone } from './journey.ts'
import { type LaneFacts, type LaneFrame, type Part, PART_STATES } from './protocol.ts'

const BEHIND_MS = 1_000
const HIT_PX = 12
const CELL_PX = 8

export type Flow = {
  canvas: HTMLCanvasElement
  take(frame: LaneFrame): void
  draw(): void
  /** How many different orders it has been told of. */
  seen(): number
  clear(): void
}

type Drawn = { index: number; x: number; y: number; isWaiting: boolean }
type Colours = Record<Tone | 'ink' | 'soft' | 'rule' | 'grid' | 'bad' | 'paper' | 'band', string>
type Scene = { parts: readonly Part[]; facts: LaneFacts; width: number; height: number; colours: Colours }

export function createFlow(facts: LaneFacts, onOrder: (index: number) => void): Flow {
  const canvas = document.createElement('canvas')
  canvas.className = 'flow'
  canvas.setAttribute('role', 'img')
  const journeys = new Map<number, Journey>()
  let drawn: Drawn[] = []
  let clock = { nowMs: 0, atMs: performance.now(), oneIn: 1 }
  let scene: Scene = { parts: [], facts, width: 0, height: 0, colours: coloursOf(canvas) }
  let seen = 0
  const still = matchMedia('(prefers-reduced-motion: reduce)')

  canvas.addEventListener('click', ({ offsetX, offsetY }) => {
    const away = ({ x, y }: Drawn) => Math.hypot(x - offsetX, y - offsetY)
    const [nearest] = drawn.toSorted((one, other) => away(one) - away(other))
    if (nearest && away(nearest) <= HIT_PX) onOrder(nearest.index)
  })

  return {
    canvas,
    seen: () => seen,
    clear() {
      journeys.clear()
      seen = 0
    },
    take(frame) {
      clock = { nowMs: frame.nowMs, atMs: performance.now(), oneIn: frame.oneIn }
      scene = { parts: frame.parts, facts, ...fitted(canvas), colours: coloursOf(canvas) }
      for (const dot of frame.orders) {
        if (!journeys.has(dot[0])) seen++
        journeys.set(dot[0], journeyOf(dot))
      }
      // A tab that nobody looks at draws nothing, and forgets all the same.
      for (const [index, journey] of journeys)
        if (spotOf(journey, clock.nowMs - BEHIND_MS, true) === 'gone') journeys.delete(index)
      canvas.setAttribute('aria-label', textOf(frame))
    },
    draw() {
      const pen = canvas.getContext('2d')
      if (!pen) return
      pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
      pen.clearRect(0, 0, scene.width, scene.height)
      drawParts(pen, scene)
      const nowMs = clock.nowMs + (performance.now() - clock.atMs) - BEHIND_MS
      drawn = drawDots(pen, journeys, scene, { nowMs, still: still.matches })
      const waiting = drawn.find(({ isWaiting }) => isWaiting)
      canvas.dataset.first = waiting ? `${Math.round(waiting.x)} ${Math.round(waiting.y)}` : ''
      pen.fillStyle = scene.colours.soft
      pen.textAlign = 'left'
      const dot = clock.oneIn === 1 ? 'one dot is one order' : `one dot is ${clock.oneIn} orders`
      pen.fillText(dot, 6, scene.height - 6)
    },
  }
}

function coloursOf(canvas: HTMLCanvasElement): Colours {
  const style = getComputedStyle(canvas.isConnected ? canvas : document.documentElement)
  const read = (name: string) => style.getPropertyValue(`--${name}`)
  return {
    moving: read('ink'),
    good: read('good-text'),
    failed: read('warn'),
    error: read('bad'),
    ink: read('ink'),
    soft: read('soft'),
    rule: read('rule'),
    grid: read('grid'),
    bad: read('bad'),
    paper: read('paper'),
    band: read('band'),
  }
}

/** As many pixels as the screen has for it. */
function fitted(canvas: HTMLCanvasElement): { width: number; height: number } {
  const { width, height } = canvas.getBoundingClientRect()
  const [wide, high] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)]
  if (canvas.width !== wide) canvas.width = wide
  if (canvas.height !== high) canvas.height = high
  return { width, height }
}

function drawParts(pen: CanvasRenderingContext2D, { facts, parts, width, height, colours }: Scene): void {
  pen.font = '12px system-ui, sans-serif'
  pen.strokeStyle = colours.grid
  pen.lineWidth = 2
  pen.beginPath()
  pen.moveTo(CLIENT * width, height / 2)
  pen.lineTo(AT.notification * width, height / 2)
  pen.stroke()
  pen.textAlign = 'left'
  pen.fillStyle = colours.soft
  pen.fillText('clients', 6, 16)
  pen.textAlign = 'center'
  for (const { role, name } of facts.parts) {
    // The metrics are beside the way of an order.
    if (role === 'analytics') continue
    const state = parts.find(part => part.role === role)?.state ?? 'starting'
    const isUp = state === 'up'
    const x = AT[role] * width
    const boxWidth = boxWidthOf(width)
    pen.fillStyle = isUp ? colours.paper : colours.band
    pen.strokeStyle = isUp ? colours.rule : colours.bad
    pen.setLineDash(role === 'broker' ? [5, 4] : [])
    pen.beginPath()
    pen.roundRect(x - boxWidth / 2, 26, boxWidth, height - 52, 8)
    pen.fill()
    pen.stroke()
    pen.fillStyle = isUp ? colours.ink : colours.bad
    pen.fillText(width < 560 ? role : name, x, 16, boxWidth * 1.6)
    if (!isUp) pen.fillText(PART_STATES[state], x, height - 12)
  }
  pen.setLineDash([])
}

const boxWidthOf = (width: number): number => Math.min(110, width * 0.16)

/** All of one tone at once: one by one they would take most of the page's time. */
function drawDots(
  pen: CanvasRenderingContext2D,
  journeys: Map<number, Journey>,
  scene: Scene,
  { nowMs, still }: { nowMs: number; still: boolean },
): Drawn[] {
  const drawn: Drawn[] = []
  const paths: Record<Tone, Path2D> = {
    moving: new Path2D(),
    good: new Path2D(),
    failed: new Path2D(),
    error: new Path2D(),
  }
  const waiting = new Map<number, number>()
  for (const [index, journey] of journeys) {
    const spot = spotOf(journey, nowMs, still)
    if (typeof spot === 'string') continue
    const { x, y } = spot.isWaiting ? waitingPoint(spot, scene, waiting) : travellingPoint(spot, scene, index)
    const radius = 3 * (1 - spot.fade)
    paths[journey.tone].moveTo(x + radius, y)
    paths[journey.tone].arc(x, y, radius, 0, 7)
    drawn.push({ index, x, y, isWaiting: spot.isWaiting })
  }
  for (const tone of ['moving', 'good', 'failed', 'error'] as const) {
    pen.fillStyle = scene.colours[tone]
    pen.fill(paths[tone])
  }
  return drawn
}

const travellingPoint = ({ place }: Spot, { width, height }: Scene, index: number) => ({
  x: place * width,
  // Beside each other, and each on its own line.
  y: height / 2 + (((index * 37) % 41) - 20) * 0.6,
})

/** Those that wait in one place stand in rows. */
function waitingPoint({ place }: Spot, { width, height }: Scene, waiting: Map<number, number>) {
  const nth = waiting.get(place) ?? 0
  waiting.set(place, nth + 1)
  const rows = Math.max(1, Math.floor((height - 70) / CELL_PX))
  const columns = Math.max(3, Math.floor(boxWidthOf(width) / CELL_PX) - 1)
  const left = Math.max(CELL_PX, place * width - ((columns - 1) * CELL_PX) / 2)
  return { x: left + (Math.floor(nth / rows) % columns) * CELL_PX, y: 40 + (nth % rows) * CELL_PX }
}

function textOf({ counters, parts }: LaneFrame): string {
  const { sent, undecided, notified } = counters
  const off = parts.filter(({ state }) => state !== 'up').map(({ name, state }) => `${name} is ${PART_STATES[state]}`)
  return [`${sent} orders sent, ${undecided} accepted and undecided, ${notified} notified`, ...off].join('; ')
}
