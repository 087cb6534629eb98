/**
 * A private broker's process and its controls. Guarantees that `start` resolves only when the broker can
 * serve, that a start that fails leaves no process, and that a broker which ends while it starts is an error
 * at once, with the end of its log.
 */
import { readFileSync } from 'node:fs'
import type { Child } from '#host/child.ts'
import { waitFor } from '#host/wait-for.ts'
import type { BrokerProcess } from './broker.ts'

const DEADLINE_MS = 90_000

export type Launch<Launched> = {
  /** For messages: "Kafka". */
  name: string
  launch: () => Launched
  /** Rejects while the broker cannot serve yet. */
  probe: () => Promise<unknown>
  logFile: string
}

/** `beside` are processes that stay when the broker is killed and started again. */
export type ServerOptions = Launch<Child> & { beside?: readonly Child[]; signal: AbortSignal }

/** `end` sends SIGTERM first, for a process that writes something at its end. */
export type Server = BrokerProcess & { end(graceMs: number): Promise<void> }

/** Starts the broker for the first time; `signal` ends that start only. */
export async function startServer({ signal, beside = [], ...options }: ServerOptions): Promise<Server> {
  const kill = async (running: Child): Promise<void> => {
    running.kill()
    await running.exited
  }
  let child = await awaitServing(options, kill, signal)
  return {
    get pids() {
      return [child, ...beside].map(({ pid }) => pid)
    },
    kill: () => kill(child),
    async start() {
      if (child.running) throw new Error(`${options.name} runs already.`)
      child = await awaitServing(options, kill)
    },
    pause: async () => child.kill('SIGSTOP'),
    resume: async () => child.kill('SIGCONT'),
    end: graceMs => child.stop(graceMs),
  }
}

/** Launches, and resolves when the probe does; kills what was launched when that fails, or `signal` aborts. */
export async function awaitServing<Launched extends { readonly running: boolean }>(
  { name, launch, probe, logFile }: Launch<Launched>,
  kill: (launched: Launched) => Promise<void>,
  signal?: AbortSignal,
): Promise<Launched> {
  const launched = launch()
  const serves = async (): Promise<boolean> => {
    if (!launched.running) throw new Error(`${name} ended while it started: ${lastLines(logFile)}`)
    return probe().then(
      () => true,
      () => false,
    )
  }
  try {
    await waitFor(serves, { deadlineMs: DEADLINE_MS, everyMs: 50, what: `${name} to serve (log: ${logFile})`, signal })
    return launched
  } catch (error) {
    await kill(launched)
    throw error
  }
}

function lastLines(file: string): string {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.slice(-3).join(' | ').slice(0, 600) || 'it wrote no log.'
}
