/**
 * Whether what was reserved in one kitchen, and what was refused as sold out, can have happened one after the other: each at a
 * moment between its request and its outcome, each reservation when there was enough, each refusal when there was not.
 *
 * The search is Porcupine's: that of Wing and Gong, with the memory of Lowe. Requests and outcomes stand in one linked list by their
 * time. A request that can be next is taken out of it with its outcome, and the search begins at the front again; where it meets an
 * outcome whose request is still in the list, the last choice was wrong. What was tried once is not tried again.
 *
 * Guarantees: `valid` and `invalid` are so. Gives up with `unknown` at a bound of steps, or where too many requests overlap.
 */
import { compare } from './read.ts'

export type Units = ReadonlyMap<string, number>

export type Operation = {
  calledNs: number
  returnedNs: number
  /** Units by sku that it takes where it `succeeds`; that it asked for in vain where it does not. Less than 0: it gives them back. */
  takes: Units
  succeeds: boolean
  /** It gives back what this one took. */
  after?: Operation
}

const MOST_STEPS = 100_000
/** From the first operation that has no place yet to the last that has one. */
const WIDEST = 1_000

export function isLinearizable(
  operations: readonly Operation[],
  opening: Units,
  { steps = MOST_STEPS, widest = WIDEST }: { steps?: number; widest?: number } = {},
): 'valid' | 'invalid' | 'unknown' {
  const byCall = operations.toSorted((one, other) => compare(one.calledNs, other.calledNs))
  const places = new Map(byCall.map((operation, place) => [operation, place]))
  const list = linkedEvents(byCall)
  const done = new Uint8Array(byCall.length)
  const left = new Map(opening)
  const tried = new Set<string>()
  const chosen: { event: number; front: number; last: number }[] = []
  /** All before it are done, and none behind the last. */
  let [front, last] = [0, -1]
  const isPossible = (operation: Operation): boolean => {
    if (operation.after && !done[places.get(operation.after) ?? 0]) return false
    const isEnough = [...operation.takes].every(([sku, units]) => (left.get(sku) ?? 0) >= units)
    return isEnough === operation.succeeds
  }
  let event = list.first()
  while (event !== undefined) {
    if (steps-- === 0) return 'unknown'
    const place = list.calledAt(event)
    const operation = place === undefined ? undefined : byCall[place]
    if (place === undefined || !operation) {
      const wrong = chosen.pop()
      if (!wrong) return 'invalid'
      const undone = list.calledAt(wrong.event) ?? 0
      done[undone] = 0
      take(left, byCall[undone], -1)
      list.putBack(wrong.event)
      ;({ front, last } = wrong)
      event = list.after(wrong.event)
      continue
    }
    if (isPossible(operation)) {
      done[place] = 1
      // Which are done says how much is left: what each of them took is known.
      let next = front
      while (done[next]) next++
      const end = Math.max(last, place) + 1
      if (end - next > widest) return 'unknown'
      const key = `${next}:${done.subarray(next, end).join('')}`
      if (!tried.has(key)) {
        tried.add(key)
        chosen.push({ event, front, last })
        ;[front, last] = [next, end - 1]
        take(left, operation, 1)
        list.takeOut(event)
        event = list.first()
        continue
      }
      done[place] = 0
    }
    event = list.after(event)
  }
  return 'valid'
}

function take(left: Map<string, number>, operation: Operation | undefined, times: 1 | -1): void {
  if (!operation?.succeeds) return
  for (const [sku, units] of operation.takes) left.set(sku, (left.get(sku) ?? 0) - units * times)
}

/** Requests and outcomes by their time, a request before an outcome of the same time. Events are named by their position. */
function linkedEvents(byCall: readonly Operation[]) {
  const events = byCall
    .flatMap(({ calledNs, returnedNs }, place) => [
      { atNs: calledNs, isReturn: 0, place },
      { atNs: returnedNs, isReturn: 1, place },
    ])
    .toSorted(
      (one, other) => compare(one.atNs, other.atNs) || one.isReturn - other.isReturn || compare(one.place, other.place),
    )
  const head = events.length
  const next = Int32Array.from({ length: head + 1 }, (_, at) => (at === head ? 0 : at + 1))
  const previous = Int32Array.from({ length: head + 1 }, (_, at) => (at === 0 ? head : at - 1))
  const returns = new Map(events.flatMap(({ isReturn, place }, at) => (isReturn ? [[place, at]] : [])))
  const at = (event: number | undefined) => (event === head ? undefined : event)
  const out = (event: number) => {
    next[previous[event] ?? head] = next[event] ?? head
    previous[next[event] ?? head] = previous[event] ?? head
  }
  const back = (event: number) => {
    next[previous[event] ?? head] = event
    previous[next[event] ?? head] = event
  }
  const returnOf = (event: number) => returns.get(events[event]?.place ?? 0) ?? head
  return {
    first: () => at(next[head]),
    after: (event: number) => at(next[event]),
    /** Which operation is called; undefined for an outcome. */
    calledAt: (event: number) => (events[event]?.isReturn ? undefined : events[event]?.place),
    takeOut(event: number): void {
      out(event)
      out(returnOf(event))
    },
    /** In the opposite sequence, so that each finds its neighbours again. */
    putBack(event: number): void {
      back(returnOf(event))
      back(event)
    },
  }
}
