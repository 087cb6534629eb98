/**
 * A row of the bench: something of the lab beside a reference that does the same work on the same machine in the same minute. An
 * absolute time says more of the machine than of the lab; the ratio of the two can be compared between machines.
 */

/** For lab ÷ reference; `labAtMost` is for the lab alone, in the unit of the figure, and holds for one machine only. */
export type Goal = { atLeast: number } | { atMost: number } | { labAtMost: number }

/** Something that both sides of a row are measured by. */
export type Figure = { name: string; unit: string; goal: Goal }

/** Measures one round; a value for each figure, by its name. */
export type Side = (round: string) => Promise<Readonly<Record<string, number>>>

export type Sides = { lab: Side; reference: Side }

export type RowContext = {
  /** For stores, logs and brokers; the bench removes it. */
  dataFolder: string
  /** Fewer orders and records: numbers to see that it works. */
  quick: boolean
  signal: AbortSignal
  progress(line: string): void
}

export type OpenContext = RowContext & {
  /** What ends all that a row has started, the last first, however the row itself ends. */
  ends: AsyncDisposableStack
}

export type Row = {
  name: string
  figures: readonly Figure[]
  /** What the lab's side may give beside its figures: how many cores a thread or a process had, by its name. Judged by nothing. */
  cores?: readonly string[]
  /** What is driven on the side of the lab, and how: a sentence. */
  driven: string
  /** What the reference does: a sentence. */
  reference: string
  /** What bounds the lab's side: a sentence, empty where it is not known. */
  boundBy: string
  /** Starts both sides, and has each end in `ends`. @throws Error in one sentence, such as one that names a missing tool */
  open(context: OpenContext): Promise<Sides>
}
