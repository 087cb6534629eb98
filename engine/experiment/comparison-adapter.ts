// What the comparison needs of a model beyond what every experiment does.
import type { Excuse } from '../checks/service.ts'
import type { Feature, Model, Operations } from './model.ts'
import type { Action, Progress } from './steps.ts'

/** One way in which a model's services are put together. */
export type Configuration = {
  name: string
  about: string
  /** Environment of services, by service. */
  environment: Record<string, Record<string, string>>
  /** Where an accepted order is when the client has its answer. */
  durability: string
  /** The question that it answers beside the first; it runs only with the scenarios that ask it. */
  illustrates?: 'outbox' | 'durability' | 'settings'
  /** As of a variant. */
  asShipped?: true
  /** The safeguard that it leaves out on purpose. */
  disabledSafeguard?: string
  /** How requests may be answered while a part of it is broken. */
  mayAnswer: readonly Excuse[]
  /** What is true of it in place of what is said of the model. */
  differs?: Partial<Pick<ComparisonAdapter, 'deadlineMs' | 'boundedTo' | 'reasonsOfFaults'>> & {
    features?: readonly Feature[]
  }
}

export type ComparisonAdapter = {
  /** The first is the model as the comparison takes it; its figures are the headline. */
  configurations: readonly [Configuration, ...Configuration[]]
  /** How long an order waits for inventory before it fails; Infinity where it waits until it is decided. */
  deadlineMs: number
  /** What its order service hands orders to: a broker, or a service in its place. */
  peer: string
  /**
   * Between `start` and `stop` every message between the services is delivered twice. `stop` answers `{ duplicates }`, the
   * number of messages sent once more, and none is sent after it. A model with several routes answers `byRoute` too: a
   * count for each route that every order takes, 0 included. `clientsRepeat`: the clients' requests are messages of the
   * model too, so the clients repeat them meanwhile.
   */
  duplicator: { start: Action; stop: Action; clientsRepeat: boolean }
  /** A message past the clients' door that nothing can be done with, and what must become of it. */
  poison: { send(nth: number): Action; becomes: 'dead-letter' | 'refused' }
  /** A reader that has forgotten all, and begins again; or why nobody can read the orders again. */
  readAgain: { service: string; reset: Action; page: string; hasRead(progress: Progress): boolean } | string
  /** Environment of services, by service, with which what became of each order is kept for readers that join later. */
  keepsResults: Configuration['environment']
  /** Environment of services, by service, with which at most so many orders are undecided. */
  boundedTo(orders: number): Configuration['environment']
  /** For which reasons a fault may fail an order. */
  reasonsOfFaults: readonly string[]
}

export type ComparableModel<Own extends Operations = Operations> = Model<Own> & { comparison: ComparisonAdapter }

/** The model as one of its configurations makes it: it has no other. */
export function configured<Own extends Operations>(
  model: ComparableModel<Own>,
  configuration: Configuration,
): ComparableModel<Own> {
  const { features = model.features, ...comparison } = configuration.differs ?? {}
  return { ...model, features, comparison: { ...model.comparison, ...comparison, configurations: [configuration] } }
}
