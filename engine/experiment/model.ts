// What the lab needs to know of a model, to start it, load it, break it and read its evidence. A model is a value.

export type BrokerKind = 'rabbitmq' | 'kafka'
export type Role = 'order' | 'inventory' | 'notification' | 'analytics'

/** Where one variant of a run is: its services, its broker, and the prefix of all that it makes there. */
export type Deployment = {
  /** The base address of a service, without a slash at the end. */
  url(service: string): string
  /** Addresses of the model's brokers: an AMQP URL, or `host:port`. */
  broker: Partial<Record<BrokerKind, string>>
  /** Goes before the name of every queue, exchange, topic and group; may be empty. */
  prefix: string
}

export type ServiceSpec = {
  /** The folder: also the compose service, the log's `service`, the fault's target and the report's row. */
  name: string
  role: Role
  /** The port when it is started alone. */
  port: number
  /** Its environment in a deployment, beyond what every service has. */
  environment(deployment: Deployment): Record<string, string>
}

/** A dead-lettered message, as its model's dead-letter queue or topic holds it. */
export type DeadLetter = {
  /** Names it for `show` and `redrive`. */
  id: string
  /** The queue or topic that it came from. */
  source: string
  /** A code of the table of errors, or the broker's own reason. */
  reason: string
  detail: string
  attempts: number
  orderId: string | undefined
  body: string
  /** Nothing of the message could be read or is kept: there is its place alone, and nothing to redrive. */
  isWithoutContent?: boolean
  /** How often it had been redriven when it became a dead letter again; not there when it never was. */
  redrives?: number
}

/**
 * Sends a dead letter on its way again, edited or as it is: publish, await the confirm, then remove.
 * @throws LabError `malformed`, `too-large` or `unknown-event` for an edited body that its consumer could not read
 */
type Redrive = (editedBody?: string) => Promise<void>
export type DeadLetterVisit = (letter: DeadLetter, redrive: Redrive) => Promise<'next' | 'end'>

/** What only this model can do: publish raw bytes, reset offsets … Arguments and results are JSON; the operation parses its arguments. */
export type Operation<Result = unknown> = (args: Record<string, unknown>) => Promise<Result>
/** By name. The engine looks them up; each model exports the type of its own, so that a rename is found by the compiler. */
export type Operations = Record<string, Operation>

/** The lab's own connection to the broker of one deployment. */
export type BrokerInspector<Own extends Operations = Operations> = {
  /** Ready messages per queue, or lag per partition (`group/topic/partition`): what the broker reports, drawn beside the backlog. */
  depths(): Promise<Record<string, number>>
  deadLetters(): Promise<DeadLetter[]>
  /** One after the other, the oldest first, until a visit answers `end`. */
  visitDeadLetters(visit: DeadLetterVisit): Promise<void>
  /** @throws LabError `not-found`, or as a redrive of a visit does */
  redrive(id: string, editedBody?: string): Promise<void>
  operations: Own
  close(): Promise<void>
}

/** What a model has; the conformance suite runs the cases of the features that it declares. */
export type Feature =
  | 'answers-with-outcome' // the client learns the outcome in the answer (201, 409)
  | 'answers-before-outcome' // the client learns that the order was accepted (202)
  | 'survives-inventory-down' // orders placed while inventory is dead are decided later
  | 'dead-letters' // a poison message is dead-lettered with its reason
  | 'replays' // state can be computed again from a log

export type Model<Own extends Operations = Operations> = {
  name: string
  services: readonly ServiceSpec[]
  brokers: readonly BrokerKind[]
  features: readonly Feature[]
  /** The service that takes `POST /order`. */
  entry: string
  /** The services that hold the evidence. */
  evidence: { orders: string; inventory: string; notifications: string }
  /** Where an accepted order is when the client has its answer. */
  durability: string
  /** How many orders a service of it works on at once unless it is set otherwise. */
  defaultConcurrency: number
  connect(deployment: Deployment): Promise<BrokerInspector<Own>>
  /** Removes every queue, exchange, topic and group of the deployment. What does not exist is no error. */
  remove(deployment: Deployment): Promise<void>
}
