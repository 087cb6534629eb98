// A runtime starts, kills, pauses and addresses the services of a model. Experiments run unchanged on each.
import type { WebhookAddress } from '../load/follow.ts'
import type { RunLoad } from '../load/generator.ts'
import type { Model, Deployment } from './model.ts'

export type Runtime = {
  name: string
  /** Starts a service, again with the same store and port; resolves when it is healthy. */
  start(service: string): Promise<void>
  /** SIGKILL. */
  kill(service: string): Promise<void>
  /** Deletes all that a service kept; it must not be running. */
  wipe(service: string): Promise<void>
  /** SIGSTOP and SIGCONT. */
  pause(service: string): Promise<void>
  /** As if its host were gone: it hangs, and a new connection to it is neither made nor refused. Ended by `resume`. */
  isolate(service: string): Promise<void>
  /** Of a RabbitMQ: its memory alarm, for which it takes nothing from publishers. Ended by `resume`. */
  alarm(broker: string): Promise<void>
  resume(service: string): Promise<void>
  /** Without a slash at the end. */
  url(service: string): string
  running(service: string): boolean
  /** How often it died without a requested stop. */
  deaths(service: string): number
  /** Ends all services, at once. */
  stop(): Promise<void>
  /** A load from beside the services, with their clock; `always` where it is wanted even with the same clock here. */
  nearby?: { always: boolean; url(service: string): string; runLoad: RunLoad }
  /** Where services are processes of this machine: what they use can be read here. */
  host?: Host
}

export type Host = {
  /** What services keep is below it, what private brokers keep beside it. */
  dataFolder: string
  /** Of every service and broker of the model, as they are now. */
  processes(): ProcessesOf[]
}

/** `pids` lead the groups of its processes; none where it is not running, or not a process of the lab. */
export type ProcessesOf = { name: string; kind: 'service' | 'broker'; pids: readonly number[] }

/** What one variant needs to be run. */
export type Opening = {
  model: Model
  /** Goes before the name of all that the services make on a broker. */
  prefix: string
  logFolder: string
  /** Beyond the model's own environment, by service. */
  environment: Record<string, Record<string, string>>
  /** As of a variant. */
  asShipped?: true
  /** Where its order service sends webhooks: the load generator receives them. */
  webhook?: WebhookAddress
  /** Services that are started again when they die. */
  supervised: readonly string[]
  signal: AbortSignal
}

/** Prepares the services of a variant, on empty stores; none is started yet. `deployment` is as this process sees it. */
export type OpenRuntime = (opening: Opening) => Promise<{ runtime: Runtime; deployment: Deployment }>
