/**
 * The thread of an endless load (endless.ts): sends orders evenly at a rate that may change at any time, and tells what became of
 * them ten times a second. Starts are as punctual as a timer, a millisecond or two; each attempt says when it was due and when it began.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { monotonicNs } from '#common/contracts/clock.ts'
import type { Attempt } from './attempt.ts'
import type { EndlessEnd, EndlessJob, FromEndless, Started, ToEndless } from './endless.ts'
import { type PlannedOrder, planOrders } from './orders.ts'
import { type EndEarly, openPool, send } from './send.ts'

const NEWS_EVERY_MS = 100
/** Orders are planned so many at a time: each block has the shares of the mix. */
const BLOCK = 1_000
const MOST_SOCKETS = 8_192
const MOST_A_TURN = 100

type InFlight = { overdueNs: number; end: EndEarly }

const job = workerData as EndlessJob
const port = parentPort
if (!port) throw new Error('endless-main.ts runs in a thread of the lab.')

const pool = openPool(job.target, MOST_SOCKETS, job.deadlineMs)
let opened = 0
pool.on('connect', () => opened++)
const inFlight = new Set<InFlight>()
let peakInFlight = 0
const beganNs = monotonicNs()
let ordersPerSecond = 0
let dueNs = 0
let sent = 0
/** Starts that were due, whether they were made or not. */
let due = 0
let block: PlannedOrder[] = []
let turn: NodeJS.Timeout | undefined
let stopping = false
let news = { planned: [] as PlannedOrder[], started: [] as Started[], ended: [] as Attempt[] }

port.on('message', (message: ToEndless) => {
  if (message.kind === 'rate' && !stopping) setRate(message.ordersPerSecond)
  else if (message.kind === 'burst' && !stopping) startMany(message.orders)
  else if (message.kind === 'flush') port.postMessage({ ...tellNews(), kind: 'flushed' } satisfies FromEndless)
  else if (message.kind === 'stop') {
    setRate(0)
    stopping = true
  }
})
const reporting = setInterval(report, NEWS_EVERY_MS)

function setRate(rate: number): void {
  // Those of the rate before that are late come first; what a full machine has no time for was due all the same.
  if (ordersPerSecond > 0) {
    const nowNs = startLate()
    due += Math.max(0, Math.ceil(((nowNs - dueNs) * ordersPerSecond) / 1e9))
  }
  ordersPerSecond = rate
  dueNs = monotonicNs()
  clearTimeout(turn)
  if (rate > 0) startDue()
}

function startDue(): void {
  startLate()
  turn = setTimeout(startDue, Math.max(0, (dueNs - monotonicNs()) / 1e6))
}

/** Not all at once: on a machine that is full there is always another one due, and a message that changes the rate is heard in between. */
function startLate(): number {
  const nowNs = monotonicNs()
  for (let started = 0; started < MOST_A_TURN && dueNs <= nowNs; started++) {
    startOne(dueNs)
    dueNs += 1e9 / ordersPerSecond
  }
  return nowNs
}

function startMany(orders: number): void {
  const now = monotonicNs()
  for (let nth = 0; nth < orders; nth++) startOne(now)
}

function startOne(plannedNs: number): void {
  due++
  if (sent >= job.most) return
  const index = sent++
  const order = orderOf(index)
  const { orderId } = order
  const startedNs = monotonicNs()
  news.planned.push(order)
  news.started.push({ index, plannedNs, startedNs })
  const flying: InFlight = { overdueNs: startedNs + job.deadlineMs * 1e6, end() {} }
  inFlight.add(flying)
  peakInFlight = Math.max(peakInFlight, inFlight.size)
  flying.end = send(pool, job.target, order, ({ answer, answeredNs }) => {
    inFlight.delete(flying)
    news.ended.push({ index, orderId, attempt: 1, plannedNs, startedNs, answeredNs, answer })
  })
}

function orderOf(index: number): PlannedOrder {
  const nth = index % BLOCK
  if (nth === 0) {
    const number = index / BLOCK
    block = planOrders({ ...job.mix, count: BLOCK, seed: job.seed + number, runId: `${job.runId}.${number}` })
  }
  const order = block[nth]
  if (!order) throw new RangeError(`There is no order ${index}.`)
  return { ...order, index }
}

function tellNews() {
  const told = news
  news = { planned: [], started: [], ended: [] }
  return told
}

function report(): void {
  for (const { overdueNs, end } of inFlight) {
    if (overdueNs > monotonicNs()) break
    end('deadline')
  }
  if (!stopping || inFlight.size > 0) return port?.postMessage({ ...tellNews(), kind: 'news' } satisfies FromEndless)
  clearInterval(reporting)
  port?.postMessage({ ...tellNews(), kind: 'last', end: endOf() } satisfies FromEndless)
  void pool.destroy().then(() => port?.close())
}

function endOf(): EndlessEnd {
  const { user, system } = process.threadCpuUsage()
  const connections = { opened, peakInFlight, limit: MOST_SOCKETS, saturated: peakInFlight > MOST_SOCKETS }
  return { due, cpuShare: (user + system) / ((monotonicNs() - beganNs) / 1e3), connections }
}
