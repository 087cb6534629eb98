// The JSON of a run: inputs beside numbers beside verdicts. Tables and pictures are rendered from it alone.
import type { CheckResult, Verdict } from './verdict.ts'
import type { Profile, Settings } from './define.ts'

/** A number, or null with the reason in `note`. `atLeast`: attempts without an answer count at their deadline. */
export type Measure = {
  variant: string
  name: string
  unit: string
  value: number | null
  atLeast?: boolean
  note?: string
}

/** A curve: `points` are [seconds since the load began, value]. */
export type Series = { variant: string; name: string; unit: string; points: [number, number][] }

/** A moment or a span of the timeline, in seconds since the load began. */
export type Mark = { variant: string; label: string; fromSeconds: number; toSeconds?: number }

export type Result = {
  model: string
  experiment: string
  title: string
  question: string
  profile: Profile
  settings: Settings
  /** The environment of each variant beyond the model's own. */
  variants: { name: string; about: string; environment: Record<string, Record<string, string>> }[]
  durability: string
  /** W where a variant's environment names no other: so many orders a service works on at once. */
  atOnce: number
  verdict: Verdict
  checks: (CheckResult & { variant: string })[]
  measures: Measure[]
  columns: readonly string[]
  series: Series[]
  marks: Mark[]
  explanation: string[]
  seconds: number
  /** Why it could not be finished, in one sentence; absent when it was. */
  trouble?: string
}

export type Summary = {
  run: string
  startedAt: string
  seed: number
  profile: Profile
  runtime: string
  machine: { system: string; cpu: string; cores: number; memoryGb: number; node: string }
  brokers: Record<string, { source: string; version: string }>
  results: Result[]
  seconds: number
}
