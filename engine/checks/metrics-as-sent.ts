/**
 * The check of metrics that a service has computed from orders: they agree with what the lab sent, and not only with themselves.
 * Every order that was answered 2xx is counted, the failures are those that the load must cause, and each order is in a minute
 * between its request and its answer. Vacuous where some request was not answered 2xx: which orders are counted then is open.
 */
import { type Static, Type } from '#common/contracts/type.ts'
import { parse } from '#common/contracts/parse.ts'
import type { History } from '../run/history.ts'
import { type Check, defineCheck, invalid, vacuous, valid } from './check.ts'

/** `ordersPerMinute`: by the minute, such as `2026-01-01T00:00`. */
const Metrics = Type.Object({
  orders: Type.Integer(),
  outcomes: Type.Object({ reserved: Type.Integer(), failed: Type.Integer() }),
  ordersPerMinute: Type.Record(Type.String(), Type.Integer()),
})
type Metrics = Static<typeof Metrics>

/** A stamp of a service's wall clock, and the monotonic one beside it, may be so far apart. */
const SLACK_NS = 5e6

/** @param metricsOf what was read, once or several times; `more`: orders that the timeline published by itself */
export const metricsAsSent = (metricsOf: (history: History) => unknown[], more = 0): Check =>
  defineCheck('metrics as sent', 'the metrics agree with what the lab sent', history => {
    const accepted = history.attempts.filter(({ answer }) => answer.kind === 'status' && answer.status < 300)
    if (accepted.length < history.attempts.length) return vacuous('Some orders were not accepted.')
    const all = metricsOf(history).map(metrics => parse(Metrics, metrics, 'metrics'))
    if (all.length === 0) return vacuous('No metrics were read.')
    const complaints = all.flatMap(metrics => [
      ...wrongCounts(history, metrics, more).map(wrong => `${wrong}: ${JSON.stringify(metrics)}`),
      ...wrongMinutes(history, metrics, more),
    ])
    if (complaints.length > 0) return invalid(`${complaints.join('; ')}.`)
    const { orders, failed, reserved } = expectedOf(history, more)
    return valid(`${orders} orders, ${reserved} reserved, ${failed} failed, each in its minute.`)
  })

function wrongCounts(history: History, { orders, outcomes }: Metrics, more: number): string[] {
  const got = { orders, ...outcomes }
  const expected = Object.entries(expectedOf(history, more)) as [keyof typeof got, number][]
  return expected.flatMap(([name, value]) => (got[name] === value ? [] : [`${name} is not ${value}`]))
}

function expectedOf({ planned, openingStock }: History, more: number) {
  const scarce = planned.filter(({ expected }) => expected === 'scarce')
  const kitchen = scarce[0] && openingStock[scarce[0].kitchenId]
  const stock = Object.values(kitchen ?? {}).reduce((sum, units) => sum + units, 0)
  const failed = planned.filter(({ expected }) => expected === 'failed').length + Math.max(0, scarce.length - stock)
  return { orders: planned.length + more, failed, reserved: planned.length - failed + more }
}

/** An order belongs to the minute between its start and its answer. When the two are in different minutes, either is right. */
function wrongMinutes(history: History, { ordersPerMinute }: Metrics, more: number): string[] {
  const { originNs, originUnixMs } = history
  const minuteOf = (ns: number) => new Date(originUnixMs + (ns - originNs) / 1e6).toISOString().slice(0, 16)
  const sure = new Map<string, number>()
  const possible = new Map<string, number>()
  const add = (map: Map<string, number>, minute: string) => map.set(minute, (map.get(minute) ?? 0) + 1)
  for (const { startedNs, answeredNs = startedNs } of history.attempts) {
    const minutes = new Set([minuteOf(startedNs - SLACK_NS), minuteOf(answeredNs + SLACK_NS)])
    for (const minute of minutes) add(possible, minute)
    if (minutes.size === 1) add(sure, [...minutes][0] ?? '')
  }
  return Object.keys({ ...ordersPerMinute, ...Object.fromEntries(sure) }).flatMap(minute => {
    const counted = ordersPerMinute[minute] ?? 0
    const inBounds = counted >= (sure.get(minute) ?? 0) && counted <= (possible.get(minute) ?? 0) + more
    return inBounds ? [] : [`minute ${minute} has ${counted} orders`]
  })
}
