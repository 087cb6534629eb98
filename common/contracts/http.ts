// The HTTP bodies of the routes that the services share.
import { Type, type Static } from './type.ts'
import { CORRELATION_ID, IDEMPOTENCY_KEY } from './headers.ts'
import { Order, OrderStatus } from './order.ts'
import { closedObject } from './parse.ts'

const Id = Type.String({ minLength: 1, maxLength: 128 })

/** `POST /reserve` has the whole order as its body, so that inventory can tell a repeat from another order. */
export const ReserveRequest = Order
export type ReserveRequest = Static<typeof ReserveRequest>
export const ReserveAnswer = closedObject({ orderId: Id, status: Type.Literal('reserved') })
export type ReserveAnswer = Static<typeof ReserveAnswer>

/** `POST /release` gives the stock of an order back, or forbids that it is ever reserved. */
export const ReleaseRequest = closedObject({ orderId: Id })
export type ReleaseRequest = Static<typeof ReleaseRequest>
export const ReleaseAnswer = closedObject({ orderId: Id, status: Type.Literal('released') })
export type ReleaseAnswer = Static<typeof ReleaseAnswer>

export const SendRequest = closedObject({ orderId: Id, userId: Id })
export type SendRequest = Static<typeof SendRequest>
export const SendAnswer = closedObject({ orderId: Id, status: Type.Literal('sent') })
export type SendAnswer = Static<typeof SendAnswer>

/**
 * An order as its service shows it. `reason` is a code of the table of errors.
 * `dead-lettered`: nobody works on it, `since` then, for this `reason`; redriven, it is decided all the same.
 */
export const OrderView = closedObject({
  orderId: Id,
  status: Type.Union([...OrderStatus.anyOf, Type.Literal('dead-lettered')]),
  reason: Type.Optional(Type.String()),
  /** RFC 3339, UTC. */
  since: Type.Optional(Type.String()),
  notification: Type.Optional(Type.Union([Type.Literal('pending'), Type.Literal('sent')])),
})
export type OrderView = Static<typeof OrderView>

/** 1 to 128 printable characters, and once: Node joins a header that comes twice with a comma and a space. */
const HeaderText = Type.String({ pattern: '^[\\x21-\\x7e]{1,128}$' })

/**
 * The same, bare (`abc`) or as the draft of the header wants it, a string of RFC 9651 (`"abc"`). A key that begins with a
 * quotation mark and is no such string is refused: nobody could say whether the mark belongs to it.
 */
const KeyText = Type.String({
  pattern: '^(?:[\\x21\\x23-\\x7e][\\x21-\\x7e]{0,127}|"(?:[\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\["\\\\]){1,128}")$',
})

/** The key that was meant: quoted and bare it is the same. */
export const bareKey = (key: string): string => (key.startsWith('"') ? key.slice(1, -1).replace(/\\(.)/g, '$1') : key)

/** The headers that every POST reads. */
export const CommonHeaders = Type.Object({ [CORRELATION_ID]: Type.Optional(HeaderText) })

/** The headers of `POST /order`. */
export const OrderHeaders = Type.Object({
  [CORRELATION_ID]: Type.Optional(HeaderText),
  [IDEMPOTENCY_KEY]: Type.Optional(KeyText),
  prefer: Type.Optional(Type.String()),
})
export type OrderHeaders = Static<typeof OrderHeaders>

/** The headers of `GET /order/:orderId` (a preference of RFC 7240) and of its events (what the client has had last). */
export const ShowHeaders = Type.Object({
  prefer: Type.Optional(Type.String()),
  'last-event-id': Type.Optional(Type.String()),
})
export type ShowHeaders = Static<typeof ShowHeaders>

/** `GET /health`: the problems of the service by piece, in a few words. Some leave it healthy: it can do its work all the same. */
export const HealthView = closedObject({
  healthy: Type.Boolean(),
  problems: Type.Record(Type.String(), Type.String()),
})

const Count = Type.Integer({ minimum: 0 })
const BusyView = closedObject({ busyNs: Count, count: Count })

/**
 * `GET /occupancy`: how full a service is, in sums that grow. Nanoseconds, on CLOCK_MONOTONIC. Two readings and the time between
 * them give a utilization.
 */
export const OccupancyView = closedObject({
  /** When it was read. */
  atNs: Type.Number({ minimum: 0 }),
  /** The time in which the event loop was not waiting, that in which its thread waited for a core included. */
  loop: closedObject({ busyNs: Count }),
  /** What works on so many orders at once, and not on more. */
  places: Type.Array(
    closedObject({
      name: Type.String({ minLength: 1 }),
      /** It may move. */
      limit: Type.Number({ exclusiveMinimum: 0 }),
      /** More than the limit where some wait for a place. */
      taken: Count,
      /** The time in which no place was free. */
      fullNs: Count,
      /** Time by the share of places that were taken: half of them for a second are half a second. */
      takenNs: Count,
    }),
  ),
  /** Syncs of the store's log: the time in which one was under way, and how many have begun. */
  syncs: BusyView,
  /** What it sends to a broker: the time in which something was not acknowledged yet. Null where it sends nothing to any. */
  sends: Type.Union([BusyView, Type.Null()]),
})
export type OccupancyView = Static<typeof OccupancyView>

/** `GET /faults`: each fault of a service by name, its setting (null while it is off), and how often it was injected. */
export const FaultsView = Type.Record(
  Type.String(),
  closedObject({ setting: Type.Unknown(), injections: Type.Integer({ minimum: 0 }) }),
)
export type FaultsView = Static<typeof FaultsView>

/** `POST /faults`: settings by the fault's name; null switches one off. */
export const FaultSettings = Type.Record(Type.String(), Type.Unknown())
export type FaultSettings = Static<typeof FaultSettings>
