// What a broker is to the rest of the lab, wherever it comes from.

export const brokerKinds = ['rabbitmq', 'kafka'] as const
export type BrokerKind = (typeof brokerKinds)[number]
export type SourceName = 'address' | 'packages' | 'docker'

/** What an experiment can do to a private broker; each call needs the one before it to have ended. */
export type BrokerProcess = {
  /** The leaders of its process groups, its own process first; none in a container; other ones after `start`. */
  readonly pids: readonly number[]
  /** SIGKILL for the whole broker; resolves when it has ended. */
  kill(): Promise<void>
  /** The same port and data again after `kill`; resolves when it can serve. */
  start(): Promise<void>
  /** A broker that hangs, and goes on. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** RabbitMQ alone: its memory alarm (memory-alarm.ts). */
  alarm?(isOn: boolean): Promise<void>
}

export type Broker = {
  kind: BrokerKind
  source: SourceName
  version: string
  /** `amqp://user:password@host:port/vhost`, or `host:port[,host:port]` for Kafka. */
  address: string
  /** True when the lab started it and it ends with the lab. */
  private: boolean
  process?: BrokerProcess
  /** Ends a private broker and deletes its data; leaves another one alone. */
  stop(): Promise<void>
}

export type ProvideOptions = {
  /** The broker keeps its files in a folder of its own inside of this one. */
  dataFolder: string
  /** Called with one line at each step that takes time. */
  progress: (line: string) => void
  /** Aborting ends what was begun, and rejects. */
  signal: AbortSignal
  environment: NodeJS.ProcessEnv
  /** With the settings that the broker is shipped with, but for what makes it one node. */
  asShipped?: boolean
}

/** `requested`: the user named this source, so no other one may take its place. */
type Refusal = { serves: false; requested: boolean; why: string; howToFix: string }
type Offer = { serves: true; detail: string }

export type Source = {
  name: SourceName
  /** Whether it could provide one; downloads and starts nothing. */
  serves(kind: BrokerKind, environment: NodeJS.ProcessEnv): Promise<Offer | Refusal>
  /** Rejects with one sentence that says what to do. */
  provide(kind: BrokerKind, options: ProvideOptions): Promise<Broker>
}
