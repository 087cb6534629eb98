// The shape of summary.json, for reading what a run left on disk.
import { Type } from '#common/contracts/type.ts'
import { Script } from '#engine/experiment/script-format.ts'
import { PROFILES, SUMMARY_FORMAT } from '#engine/run/summary.ts'

const Text = Type.String()
const Numeric = Type.Number()
const Verdict = Type.Union([
  Type.Literal('valid'),
  Type.Literal('invalid'),
  Type.Literal('unknown'),
  Type.Literal('vacuous'),
])
const Profile = Type.Union(PROFILES.map(profile => Type.Literal(profile)))

const NumberOrNull = Type.Union([Numeric, Type.Null()])
const Boxes = Type.Array(Type.Tuple([Numeric, Numeric, Numeric]))
const Orders = Type.Object({
  variant: Text,
  kinds: Type.Array(Text),
  points: Type.Optional(Type.Array(Type.Tuple([Numeric, NumberOrNull, NumberOrNull, Numeric]))),
  density: Type.Optional(
    Type.Object({ secondsPerColumn: Numeric, rowsPerDecade: Numeric, accepted: Boxes, completed: Boxes }),
  ),
  answers: Type.Array(Type.Object({ kind: Text, perSecond: Type.Array(Type.Tuple([Numeric, Numeric])) })),
})
const Quantiles = Type.Object({
  variant: Text,
  latency: Text,
  points: Type.Array(Type.Tuple([Numeric, Numeric, Type.Union([Type.Literal(0), Type.Literal(1)])])),
})

const Comparison = Type.Object({
  models: Type.Array(Text),
  features: Type.Record(Text, Type.Array(Text)),
  scenarios: Type.Array(Text),
  rates: Type.Array(Numeric),
  repeat: Numeric,
  healthyRepeat: Numeric,
  externalBrokers: Type.Optional(Type.Array(Type.Union([Type.Literal('rabbitmq'), Type.Literal('kafka')]))),
  about: Type.Array(
    Type.Object({ name: Text, title: Text, asks: Text, caveat: Type.Optional(Text), without: Type.Record(Text, Text) }),
  ),
})

const Result = Type.Object({
  model: Text,
  experiment: Text,
  title: Text,
  question: Text,
  profile: Profile,
  settings: Type.Record(Text, Numeric),
  variants: Type.Array(
    Type.Object({
      name: Text,
      about: Text,
      environment: Type.Record(Text, Type.Record(Text, Text)),
      durability: Type.Optional(Text),
      arrivals: Type.Optional(Type.Literal('poisson')),
      discarded: Type.Optional(Type.Array(Text)),
      disabledSafeguard: Type.Optional(Text),
      setByFault: Type.Optional(Type.Record(Text, Text)),
    }),
  ),
  durability: Text,
  concurrency: Numeric,
  verdict: Verdict,
  checks: Type.Array(
    Type.Object({ name: Text, verdict: Verdict, detail: Text, found: Type.Optional(Numeric), variant: Text }),
  ),
  measures: Type.Array(
    Type.Object({
      variant: Text,
      name: Text,
      unit: Text,
      value: NumberOrNull,
      atLeast: Type.Optional(Type.Boolean()),
      note: Type.Optional(Text),
    }),
  ),
  columns: Type.Array(Text),
  series: Type.Array(
    Type.Object({ variant: Text, name: Text, unit: Text, points: Type.Array(Type.Tuple([Numeric, Numeric])) }),
  ),
  marks: Type.Array(
    Type.Object({ variant: Text, label: Text, fromSeconds: Numeric, toSeconds: Type.Optional(Numeric) }),
  ),
  orders: Type.Optional(Type.Array(Orders)),
  quantiles: Type.Optional(Type.Array(Quantiles)),
  cell: Type.Optional(Type.Object({ scenario: Text, ordersPerSecond: Numeric, repeat: Numeric })),
  script: Type.Optional(Script),
  explanation: Type.Array(Text),
  seconds: Numeric,
  othersCores: Type.Optional(Numeric),
  failure: Type.Optional(Text),
})

export const SummarySchema = Type.Object({
  format: Type.Literal(SUMMARY_FORMAT),
  run: Text,
  lab: Type.Optional(Text),
  startedAt: Text,
  seed: Numeric,
  profile: Profile,
  runtime: Text,
  machine: Type.Object({ system: Text, cpu: Text, cores: Numeric, memoryGb: Numeric, node: Text }),
  brokers: Type.Record(Text, Type.Object({ source: Text, version: Text })),
  cpus: Type.Optional(Type.Object({ generator: Text, services: Text })),
  requested: Type.Optional(Type.Array(Text)),
  thresholds: Type.Optional(Type.Array(Text)),
  results: Type.Array(Result),
  seconds: Numeric,
  comparison: Type.Optional(Comparison),
})
