// The shape of a history, for reading what a run left on disk, down to each field of each row. Unknown fields are accepted: a
// later version of the lab may write more, and no check looks at them. What a run always writes is required here, also where the
// type leaves it open for histories that are made in memory.
import { type Static, type TProperties, Type } from '#common/contracts/type.ts'
import { DecisionRow, MovementRow, NotificationRow, OrderRow, StockRow } from '#common/contracts/evidence.ts'
import { FailureReason } from '#common/contracts/order.ts'
import { HISTORY_FORMAT, type History } from './history.ts'
import { OccupancyWindow } from './occupancy-shape.ts'

const Text = Type.String()
const Count = Type.Integer({ minimum: 0 })
const Ns = Type.Number()
const OptionalText = Type.Optional(Text)
const NumberOrNull = Type.Union([Type.Number(), Type.Null()])
const oneOf = <const Name extends string>(...names: Name[]) => Type.Union(names.map(name => Type.Literal(name)))

const PlannedOrder = Type.Object({
  index: Count,
  orderId: Text,
  userId: Text,
  kitchenId: Text,
  idempotencyKey: Text,
  items: Type.Array(Type.Object({ sku: Text, quantity: Type.Number() })),
  noteChars: Type.Optional(Type.Integer({ minimum: 1 })),
  fingerprint: OptionalText,
  expected: oneOf('reserved', 'failed', 'scarce'),
  insteadOf: Type.Optional(Count),
})

const Learned = Type.Object({
  atNs: Ns,
  says: Type.Optional(oneOf('reserved', 'failed')),
  reason: OptionalText,
  requests: Count,
})

const attempt = <Answer extends TProperties>(answer: Answer) =>
  Type.Object({
    index: Count,
    orderId: Text,
    attempt: Type.Integer({ minimum: 1 }),
    plannedNs: Ns,
    startedNs: Ns,
    answeredNs: Type.Optional(Ns),
    answer: Type.Object(answer),
    isRetry: Type.Optional(Type.Literal(true)),
    learned: Type.Optional(Learned),
  })
const Attempt = Type.Union([
  Type.Object({
    ...attempt({
      kind: Type.Literal('status'),
      status: Type.Integer(),
      code: OptionalText,
      orderId: OptionalText,
      says: OptionalText,
      isFinal: Type.Optional(Type.Literal(true)),
      retryAfterMs: Type.Optional(Count),
      text: Text,
    }).properties,
    answeredNs: Ns,
  }),
  attempt({ kind: oneOf('refused', 'reset', 'deadline', 'aborted'), atNs: Ns, detail: Text }),
])

const Poll = Type.Object({
  index: Count,
  orderId: Text,
  startedNs: Ns,
  answeredNs: Ns,
  status: Type.Optional(Type.Integer()),
  says: OptionalText,
  reason: OptionalText,
  detail: OptionalText,
  isLast: Type.Optional(Type.Literal(true)),
})

const Generator = Type.Object({
  origin: oneOf('thread', 'container'),
  lateness: Type.Optional(Type.Object({ p50Ms: Type.Number(), p99Ms: Type.Number(), maxMs: Type.Number() })),
  cpuShare: Type.Number(),
  connections: Type.Object({ opened: Count, peakInFlight: Count, limit: Count, saturated: Type.Boolean() }),
})

const RawMessage = Type.Object({
  id: Text,
  orderId: OptionalText,
  expect: oneOf('dead-letter', 'duplicate', 'decided'),
  class: Text,
  body: OptionalText,
})

const ExecutedStep = Type.Object({
  atNs: Ns,
  doneNs: Ns,
  action: Text,
  target: Text,
  result: Type.Optional(Type.Unknown()),
})

/** As `Outcome` of the contracts, but for its refusal of unknown fields. */
const Outcome = Type.Union([
  Type.Object({ status: Type.Literal('reserved') }),
  Type.Object({ status: Type.Literal('failed'), reason: FailureReason }),
])

const DeadLetter = Type.Object({
  id: Text,
  source: Text,
  reason: Text,
  detail: Text,
  attempts: Type.Number(),
  orderId: OptionalText,
  body: Text,
  isWithoutContent: Type.Optional(Type.Boolean()),
  redrives: Type.Optional(Type.Number()),
})

const Evidence = Type.Object({
  onTheirWay: Count,
  orders: Type.Array(OrderRow),
  decisions: Type.Array(Type.Object({ ...DecisionRow.properties, outcome: Outcome })),
  movements: Type.Array(MovementRow),
  stock: Type.Array(StockRow),
  notifications: Type.Array(NotificationRow),
  deadLetters: Type.Array(DeadLetter),
})

const Use = Type.Object({
  began: Text,
  cpuSeconds: Type.Number(),
  writtenBytes: NumberOrNull,
  memoryBytes: NumberOrNull,
})
const UsageReading = Type.Object({
  atNs: Ns,
  uses: Type.Array(Type.Object({ name: Text, kind: oneOf('service', 'broker'), use: Type.Union([Use, Type.Null()]) })),
  device: Type.Union([Type.Object({ writtenBytes: Type.Number(), flushes: NumberOrNull }), Type.Null()]),
})
const Usage = Type.Union([Type.Object({ before: UsageReading, after: UsageReading }), Type.Object({ unknown: Text })])

const Shape = Type.Object({
  format: Type.Literal(HISTORY_FORMAT),
  planned: Type.Array(PlannedOrder),
  warmUpOrders: Count,
  attempts: Type.Array(Attempt),
  polls: Type.Array(Poll),
  plannedStarts: Count,
  originNs: Ns,
  originUnixMs: Type.Number(),
  deadlineMs: Type.Number(),
  isFollowed: Type.Optional(Type.Boolean()),
  generator: Generator,
  machine: Type.Union([Type.Object({ idleShare: Type.Number() }), Type.Object({ unknown: Text })]),
  discarded: Type.Array(Text),
  raw: Type.Array(RawMessage),
  executedSteps: Type.Array(ExecutedStep),
  labPauses: Type.Array(Type.Object({ fromNs: Ns, toNs: Ns })),
  samples: Type.Array(Type.Object({ atNs: Ns, depths: Type.Record(Text, Type.Number()) })),
  faults: Type.Record(Text, Type.Record(Text, Type.Object({ setting: Type.Unknown(), injections: Count }))),
  evidence: Evidence,
  openingStock: Type.Record(Text, Type.Record(Text, Type.Number())),
  clocksAgree: Type.Boolean(),
  quiescent: Type.Boolean(),
  usage: Type.Optional(Usage),
  occupancy: Type.Optional(OccupancyWindow),
})

/** As JSON has it, where a key that is absent may be one without a value. */
type Read = Omit<Static<typeof Shape>, 'evidence'>
type Same = [Read, keyof History] extends [Omit<History, 'evidence'>, keyof Static<typeof Shape>] ? History : never

export const HistorySchema = Type.Unsafe<Same>(Shape)
