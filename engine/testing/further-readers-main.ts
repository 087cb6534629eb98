/** For tests: the program of readers that read what the test says, or cannot join. */
import { serveReaders } from '../experiment/further-readers-thread.ts'
import type { Take } from '../experiment/new-reader.ts'

/** By reader: what it reads, one after the other, and what then is in its way. */
export type SamplePlace = {
  reads: readonly (readonly Readonly<Parameters<Take>>[])[]
  problem?: string
  refusal?: string
}

await serveReaders<SamplePlace>(async ({ reads, problem, refusal }, nth, { take, onDegraded }) => {
  if (refusal !== undefined) throw new Error(refusal)
  for (const outcome of reads[nth - 1] ?? []) take(...outcome)
  onDegraded(problem ?? null)
})
