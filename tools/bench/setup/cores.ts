// How many cores a service that works alone has, and its broker beside it: what can say which of them bounds a row.
// Does not tell what they would have on another machine, nor what they wait for.
import { familiesOf, mainThreadSeconds, readProcesses } from '#host/process-table.ts'

/** `pids` lead the groups of its processes, its own first. */
type Part = { name: string; pids: readonly number[] }

/** What `watchCores` gives, by name. */
export const coreNames = (service: string, broker: string): string[] => [mainThreadOf(service), service, broker]

const mainThreadOf = (service: string): string => `main thread of ${service}`

/** Begins to count; what it returns says how many cores each had since then. One that cannot be read is left out. */
export function watchCores(service: Part, broker: Part): () => Record<string, number> {
  const beganMs = performance.now()
  const before = secondsOf(service, broker)
  return () => {
    const seconds = (performance.now() - beganMs) / 1_000
    const used = Object.entries(secondsOf(service, broker)).map(([name, now]) => [
      name,
      (now - (before[name] ?? NaN)) / seconds,
    ])
    return Object.fromEntries(used.filter(([, cores]) => Number.isFinite(cores)))
  }
}

/** CPU seconds until now, by name. */
function secondsOf(service: Part, broker: Part): Record<string, number> {
  const rows = readProcesses()
  const ofAll = ({ pids }: Part): number =>
    (rows && familiesOf(rows, pids))?.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) ?? NaN
  const [leader = NaN] = service.pids
  return {
    [mainThreadOf(service.name)]: mainThreadSeconds(leader) ?? NaN,
    [service.name]: ofAll(service),
    [broker.name]: ofAll(broker),
  }
}
