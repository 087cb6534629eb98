/**
 * A dead-man switch: a command that runs when the lab's process ends in any way, SIGKILL included, unless it was cancelled.
 * It removes what belongs to no process group, such as a container. Guarantees that Ctrl-C and signals to the lab's group do
 * not reach it. It cannot run when the waiting shell is killed too, or when the machine goes down.
 *
 * How: a shell in a session of its own reads from a pipe that the lab holds open. A line cancels it; the end of the pipe is
 * the death of the lab.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'

const WAIT = `
trap '' TERM INT HUP
read -r _ <&3 && exit 0
exec 3<&-
exec "$@"`

export type DeadManSwitchOptions = {
  command: string
  args: string[]
  /** The whole environment of the command; the lab's own when not given. */
  env?: NodeJS.ProcessEnv
}

export type DeadManSwitch = {
  /** Resolves when the command can no longer run. */
  cancel(): Promise<void>
}

/** Holds from when it returns. Its output is dropped. Throws when no process can be made for it. */
export function armDeadManSwitch({ command, args, env }: DeadManSwitchOptions): DeadManSwitch {
  const shell = spawn('/bin/sh', ['-c', WAIT, 'dead-man-switch', command, ...args], {
    detached: true,
    // Not the lab's folder, which may be gone by then.
    cwd: '/',
    env: env ?? process.env,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  shell.on('error', () => {}) // reported by the missing pid
  const pipe = shell.stdio[3]
  if (shell.pid === undefined || !(pipe instanceof Socket)) {
    throw new Error(`Cannot see to it that ${command} runs at the end: the system gave no process for it.`)
  }
  const ended = once(shell, 'exit')
  shell.unref()
  pipe.on('error', () => {}).unref()
  return {
    async cancel() {
      shell.ref()
      pipe.end('cancelled\n')
      await ended
    },
  }
}
