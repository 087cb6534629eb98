/** Whether a container engine and compose answer. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const ANSWER_MS = 20_000
const run = promisify(execFile)

/** Undefined when both answer, else one sentence that says what to install or start. */
export async function requireEngine(): Promise<string | undefined> {
  if (!(await answers('docker', 'info')))
    return 'These tests need a container engine, and none answers: install Docker and start it (`docker info` must answer).'
  if ((await answers('docker', 'compose', 'version')) || (await answers('docker-compose', 'version'))) return undefined
  return 'These tests need compose: install the compose plugin of Docker, or docker-compose.'
}

const answers = (command: string, ...args: string[]): Promise<boolean> =>
  run(command, args, { timeout: ANSWER_MS }).then(
    () => true,
    () => false,
  )
