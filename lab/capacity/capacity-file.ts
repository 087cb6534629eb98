// The file of a search, `capacity.json`: every probe with what it was judged by. Tables, pictures and sentences are made from it alone.
import { type Static, Type } from '#common/contracts/type.ts'

/** Raised when an older file can no longer be read. */
export const CAPACITY_FORMAT = 1

const Text = Type.String()
const Count = Type.Integer({ minimum: 0 })
const NumberOrNull = Type.Union([Type.Number(), Type.Null()])
const oneOf = <const Name extends string>(...names: Name[]) => Type.Enum(names)

/**
 * In milliseconds; null with the reason in `note`. `atLeast`: as of a measure. `atMost`: the generator was late by a part of it, and
 * had it been punctual no order would have been done later.
 */
const Figure = Type.Object({
  ms: NumberOrNull,
  atLeast: Type.Boolean(),
  atMost: Type.Boolean(),
  note: Type.Optional(Text),
})
const Latency = Type.Object({ p50: Figure, p99: Figure })

/** Each an end of the values of single seconds, in milliseconds. */
const Spread = Type.Object({ least: Type.Number(), most: Type.Number() })

const Utilization = Type.Object({ resource: Text, share: Type.Number(), detail: Text, limits: Type.Boolean() })
const Limiter = Type.Object({
  resource: Type.Union([Text, Type.Null()]),
  sentence: Text,
  utilizations: Type.Array(Utilization),
})

const CheckResult = Type.Object({
  name: Text,
  verdict: oneOf('valid', 'invalid', 'unknown', 'vacuous'),
  detail: Text,
  found: Type.Optional(Type.Number()),
})

const Probe = Type.Object({
  ordersPerSecond: Type.Number({ exclusiveMinimum: 0 }),
  measuredSeconds: Type.Number({ exclusiveMinimum: 0 }),
  /** A short one searches, a long one confirms, and one beyond shows what comes behind the capacity. */
  length: oneOf('short', 'long', 'beyond'),
  verdict: oneOf('sustained', 'not sustained', 'defect'),
  /** Why it was not sustained, each in a few words. */
  reasons: Type.Array(Text),
  /** Noise may explain that: it does not count before it is found again. */
  isMarginal: Type.Boolean(),
  requested: Count,
  /** Measured orders without the answer that they have when nothing is broken. */
  notServed: Count,
  latencies: Type.Object({ accepted: Latency, known: Latency, completed: Latency }),
  /** Of the single seconds; null where a second has too few orders. */
  spread: Type.Object({
    knownP50: Type.Union([Spread, Type.Null()]),
    knownP99: Type.Union([Spread, Type.Null()]),
  }),
  /** Orders that were started and not yet both known and completed; `slope` in orders a second, with its 95 % interval. */
  backlog: Type.Object({
    slope: Type.Union([
      Type.Object({ perSecond: Type.Number(), low: Type.Number(), high: Type.Number() }),
      Type.Null(),
    ]),
    peak: Count,
  }),
  machineIdleShare: NumberOrNull,
  /** Taken by programs that are neither the lab's nor the model's. */
  othersCores: NumberOrNull,
  generatorCpuShare: Type.Number(),
  startLatenessP99Ms: NumberOrNull,
  limiter: Type.Union([Limiter, Type.Null()]),
  checks: Type.Array(CheckResult),
  budget: Type.Union([CheckResult, Type.Null()]),
  /** In the folder of the run. */
  history: Text,
})
export type Probe = Static<typeof Probe>

const Beyond = Type.Object({
  probe: Probe,
  /** Of the measured orders: those that were turned away with a 503, which names when to come again. */
  shedShare: Type.Number(),
  /** Until the last order was decided, since the last one was started. */
  recoverySeconds: NumberOrNull,
})
export type Beyond = Static<typeof Beyond>

const ModelCapacity = Type.Object({
  model: Text,
  configuration: Text,
  durability: Text,
  /** Valid where `ended` is `found`, and no other program took much of the machine meanwhile. */
  verdict: oneOf('valid', 'invalid', 'unknown'),
  ended: oneOf('found', 'time', 'defect', 'too-slow', 'interrupted', 'failed'),
  /** In orders a second. */
  sustained: NumberOrNull,
  notSustained: NumberOrNull,
  isConfirmed: Type.Boolean(),
  /** Of the probe at the least rate that was not sustained. */
  limiter: Type.Union([Limiter, Type.Null()]),
  probes: Type.Array(Probe),
  beyond: Type.Union([Beyond, Type.Null()]),
  /** Why it could not be finished. */
  failure: Type.Optional(Text),
  seconds: Type.Number(),
})
export type ModelCapacity = Static<typeof ModelCapacity>

export const CapacityFile = Type.Object({
  format: Type.Literal(CAPACITY_FORMAT),
  run: Text,
  lab: Text,
  startedAt: Text,
  seed: Type.Number(),
  budget: Type.Union([Text, Type.Null()]),
  /** For each model, what comes beyond excepted. */
  mostSeconds: Type.Number(),
  machine: Type.Object({ system: Text, cpu: Text, cores: Type.Number(), memoryGb: Type.Number(), node: Text }),
  brokers: Type.Record(Text, Type.Object({ source: Text, version: Text })),
  results: Type.Array(ModelCapacity),
  seconds: Type.Number(),
})
export type CapacityFile = Static<typeof CapacityFile>
