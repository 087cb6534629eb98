/** Runs a command of Docker's, or one that waits for Docker's engine, with a deadline: an engine may hang. */
import { runTool, type ToolOptions } from './run-tool.ts'

export type DockerOptions = ToolOptions & {
  /** Not for what makes containers, unless they are removed later: the engine may go on with it. */
  patienceMs?: number
  /** `docker` when not given. */
  command?: string
}

/** As runTool; rejects with one sentence too when it does not end within `patienceMs` (two minutes). */
export async function runDocker(args: string[], options: DockerOptions): Promise<string> {
  const { patienceMs = 120_000, command = 'docker', signal, ...place } = options
  const timeout = AbortSignal.timeout(patienceMs)
  try {
    return await runTool(command, args, { ...place, signal: signal ? AbortSignal.any([signal, timeout]) : timeout })
  } catch (error) {
    if (!timeout.aborted) throw error
    const sentence = `${command} did not end within ${patienceMs / 1000} s; see whether the engine answers.`
    throw new Error(sentence, { cause: error })
  }
}
