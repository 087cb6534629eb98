// Where the models of a run are: their services as processes of this machine, or in containers. What a model needs
// beside its services starts when the first experiment asks for it and ends after the last that does: what stands idle
// takes processor time from what is measured.
import type { Model } from '#engine/experiment/model.ts'
import type { OpenRuntime } from '#engine/experiment/runtime.ts'
import type { Summary } from '#engine/run/summary.ts'

export const RUNTIMES = ['processes', 'compose'] as const
export type RuntimeName = (typeof RUNTIMES)[number]

/** A model whose brokers serve. */
export type ReadyModel = {
  open: OpenRuntime
  brokers: Summary['brokers']
  /** Addresses of those brokers that outlive the run, by kind. */
  lasting: Record<string, string>
}

export type RunEnvironment = {
  /** @throws Error with one sentence that says what to install or set */
  ready(model: Model): Promise<ReadyModel>
  /** Ends what none of these models needs; also what is still starting. */
  keepOnly(models: readonly Model[]): Promise<void>
}

export type EnvironmentOptions = {
  run: string
  dataFolder: string
  signal: AbortSignal
  onProgress(task: string, line: string): void
}
