// A process is held to a share of the time, as a container is held to a share of a core: for limits that are planted.
import { fork } from 'node:child_process'
import { once } from 'node:events'

export type DutyCycle = {
  /** Process ids; those of process groups are negative. */
  targets: readonly number[]
  /** 0 to 1, without both. */
  share: number
  periodMs: number
}

/** Begins at once. Resolves, when what it returns is called, as soon as the processes run as before. */
export function holdToShare(cycle: DutyCycle): () => Promise<void> {
  const child = fork(new URL('./duty-cycle-main.ts', import.meta.url), [JSON.stringify(cycle)])
  const ended = once(child, 'exit')
  return async () => {
    child.kill('SIGTERM')
    await ended
  }
}
