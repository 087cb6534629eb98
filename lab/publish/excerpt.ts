// An excerpt of the services' logs: the life of the services whole, of each kind of line about an order the first and
// the last few, and all that was said of a few orders that came twice. What is left out is counted.
import { Type } from 'typebox'
import { parse } from '#common/contracts/parse.ts'

const EDGE = 4
const TWICE = 3

const LineSchema = Type.Object({
  time: Type.String(),
  service: Type.String(),
  event: Type.String(),
  orderId: Type.Optional(Type.String()),
  isNew: Type.Optional(Type.Boolean()),
  reason: Type.Optional(Type.Unknown()),
})

type Line = { text: string; time: string; kind: string; orderId: string | undefined; again: boolean }

/** @param logs whole log files, JSON lines; what is no JSON line is kept as it is */
export function excerpt(logs: readonly string[]): string {
  const lines = logs
    .flatMap(log => log.split('\n').flatMap(read))
    .sort((one, other) => one.time.localeCompare(other.time))
  const twice = new Set([...new Set(lines.filter(({ again }) => again).map(({ orderId }) => orderId))].slice(0, TWICE))
  const kinds = Map.groupBy(lines, ({ kind }) => kind)
  const kept = lines.filter(line => {
    if (line.orderId === undefined || twice.has(line.orderId)) return true
    const alike = kinds.get(line.kind) ?? []
    const index = alike.indexOf(line)
    return index < EDGE || index >= alike.length - EDGE
  })
  const left = [...kinds].flatMap(([kind, alike]) => {
    const out = alike.filter(line => !kept.includes(line)).length
    return out > 0 ? [`# left out: ${out} of ${alike.length} lines "${kind}"`] : []
  })
  return `${[...kept.map(({ text }) => text), ...left].join('\n')}\n`
}

function read(text: string): Line[] {
  if (text.trim() === '') return []
  try {
    const { time, service, event, orderId, isNew, reason } = parse(LineSchema, JSON.parse(text))
    const about = [isNew === false ? 'again' : undefined, typeof reason === 'string' ? reason : undefined]
    const kind = [service, event, ...about.filter(word => word !== undefined)].join(' ')
    return [{ text: withoutSecrets(text), time, kind, orderId, again: isNew === false }]
  } catch {
    return [{ text: withoutSecrets(text), time: '', kind: 'other', orderId: undefined, again: false }]
  }
}

/** Passwords of addresses, and folders of the machine that it ran on. */
const withoutSecrets = (text: string): string =>
  text
    .replaceAll(/(\w+:\/\/[^:/@\s"]+):[^@\s"]+@/g, '$1:***@')
    .replaceAll(/(?<![\w.:/])\/(?:[\w.@-]+\/){2,}[\w.@-]+/g, '…')
