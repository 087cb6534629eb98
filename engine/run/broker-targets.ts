// A model's brokers as targets of the controls that services have.
// Guarantees: a variant leaves its brokers running, whatever it did to them, and what it makes there can be removed.
import type { BrokerKind } from '../experiment/model.ts'
import type { OpenRuntime, ProcessesOf, Runtime } from '../experiment/runtime.ts'

/** What can be done to a broker that the lab has started. */
export type BrokerControl = {
  kill(): Promise<void>
  /** The same port and data; resolves when it can serve. */
  start(): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  /** Where the broker has one: its memory alarm, for which it takes nothing from publishers. */
  alarm?(isOn: boolean): Promise<void>
  /** The leaders of its process groups, where it is processes of this machine; other ones after `start`. */
  readonly pids?: readonly number[]
}

type Control = 'kill' | 'start' | 'pause'

/** `open`, with the brokers beside the services. A broker without controls is not the lab's own, and is left alone. */
export const withBrokers =
  (open: OpenRuntime, brokers: Partial<Record<BrokerKind, BrokerControl>>): OpenRuntime =>
  async opening => {
    const { runtime, deployment } = await open(opening)
    const kinds: readonly string[] = opening.model.brokers
    const down = new Set<string>()
    const paused = new Set<string>()
    const alarmed = new Set<string>()
    const controlsOf = (name: string): BrokerControl | undefined => {
      if (!kinds.includes(name)) return undefined
      const controls = brokers[name as BrokerKind]
      if (controls) return controls
      throw new Error(`${name} is not the lab's own, so nothing is done to it; unset its address to take a private one`)
    }
    /** A disruption is noted before it begins, because one that fails half-way may have had its effect; its end when it is over. */
    const toBroker =
      (control: Control, note: { before?(name: string): void; after?(name: string): void }) =>
      async (name: string): Promise<void> => {
        const controls = controlsOf(name)
        if (!controls) return runtime[control](name)
        note.before?.(name)
        await controls[control]()
        note.after?.(name)
      }
    /** A broker that was killed starts without them. */
    const forget = (name: string): void => {
      paused.delete(name)
      alarmed.delete(name)
    }
    const ownProcesses = (): ProcessesOf[] =>
      opening.model.brokers.map(name => ({ name, kind: 'broker', pids: brokers[name]?.pids ?? [] }))
    const { host } = runtime
    const targets: Runtime = {
      ...runtime,
      kill: toBroker('kill', { before: name => down.add(name), after: forget }),
      start: toBroker('start', { after: name => down.delete(name) }),
      pause: toBroker('pause', { before: name => paused.add(name) }),
      async alarm(name) {
        const controls = controlsOf(name)
        if (!controls?.alarm)
          throw new Error(`${name} has no memory alarm; of what the lab starts only a RabbitMQ has one`)
        if (down.has(name)) throw new Error(`${name} is not running`)
        alarmed.add(name)
        await controls.alarm(true)
      },
      async resume(name) {
        const controls = controlsOf(name)
        if (!controls) return runtime.resume(name)
        if (paused.has(name)) await controls.resume()
        paused.delete(name)
        if (alarmed.has(name)) await controls.alarm?.(false)
        alarmed.delete(name)
      },
      running: name => (kinds.includes(name) ? !down.has(name) : runtime.running(name)),
      host: host && { ...host, processes: () => [...host.processes(), ...ownProcesses()] },
      async stop() {
        const errors: unknown[] = []
        const attempt = (work: Promise<void>) => work.catch((error: unknown) => void errors.push(error))
        await attempt(runtime.stop())
        for (const name of down) await attempt(targets.start(name))
        for (const name of new Set([...paused, ...alarmed])) await attempt(targets.resume(name))
        if (errors.length > 0) throw errors[0]
      },
    }
    return { runtime: targets, deployment }
  }
