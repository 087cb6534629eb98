// The end of a container beside which an attached `docker start` stays. That start may still be under way, and the engine
// refuses to kill what does not run yet. Guarantees: when this has resolved, the attached child has ended, and with it the
// container.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from '#host/child.ts'
import { waitFor } from '#host/wait-for.ts'

const DEADLINE_MS = 60_000
const AGAIN_MS = 200

type Options = {
  /** For messages. */
  service: string
  attached: Pick<Child, 'running' | 'exited' | 'kill'>
  /** Resolves also when the container does not run. */
  dockerKill(): Promise<unknown>
}

/** @throws Error in one sentence when the engine does not end it in time; then the attached child is ended alone */
export async function killContainer({ service, attached, dockerKill }: Options): Promise<void> {
  const ended = async (): Promise<boolean> => {
    if (!attached.running) return true
    await dockerKill()
    return Promise.race([attached.exited.then(() => true), sleep(AGAIN_MS, false)])
  }
  try {
    await waitFor(ended, { deadlineMs: DEADLINE_MS, what: `the container of ${service} to end` })
  } catch (error) {
    attached.kill()
    throw error
  }
}
