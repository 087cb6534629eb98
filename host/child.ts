/**
 * How the lab starts processes that must end with it; dead-man-switch.ts is for commands that must run then. Guarantees that
 * the child and its whole process group end (SIGKILL, even while stopped) when the lab's process dies in any way,
 * SIGKILL included. It does not reach descendants that leave the process group; a program that makes such ones
 * must end them itself.
 *
 * How: the child leads a new process group with a watcher in it, which reads from a pipe that the lab holds
 * open. Only the lab's death (or this module) closes the pipe, and then the watcher kills the group. The
 * shell becomes the command by exec, so the pid is the command's own.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { onOwnCpus } from './cpus.ts'

const GUARD = `
( trap '' TERM INT HUP; read -r _ <&3; kill -s KILL -- -$$ ) </dev/null >/dev/null 2>&1 &
exec 3<&-
exec "$@"`

export type ChildOptions = {
  command: string
  args: string[]
  /** The whole environment of the child; the lab's own when not given. */
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** Files are appended to; without one the output is dropped. The input is empty. */
  stdoutFile?: string
  stderrFile?: string
}

export type Exit = { code: number | null; signal: NodeJS.Signals | null }

export type Child = {
  readonly pid: number
  readonly running: boolean
  /** Resolves when the command has ended; 127 is a command that does not exist, 126 one that may not run. */
  exited: Promise<Exit>
  /** SIGKILL (the default) ends the whole group at once; any other signal goes to the command alone. */
  kill(signal?: NodeJS.Signals): void
  /** SIGTERM, and SIGKILL for what is left after `graceMs`; resolves when it has ended. */
  stop(graceMs: number): Promise<void>
}

/** Throws when no process can be made (folder missing, no more processes allowed). */
export function startChild(options: ChildOptions): Child {
  if (options.cwd && !existsSync(options.cwd)) {
    throw new Error(`Cannot start ${options.command}: its folder ${options.cwd} does not exist.`)
  }
  const child = spawnGuarded(options)
  const pid = child.pid
  if (pid === undefined) throw new Error(`Cannot start ${options.command}: the system gave no process for it.`)
  let running = true
  const exited = new Promise<Exit>(resolve => {
    child.once('exit', (code, signal) => {
      running = false
      // The watcher still holds the group, so its number cannot have been given to another one.
      send(-pid, 'SIGKILL')
      resolve({ code, signal })
    })
  })
  const kill = (signal: NodeJS.Signals = 'SIGKILL'): void => {
    if (running) send(signal === 'SIGKILL' ? -pid : pid, signal)
  }
  return {
    pid,
    exited,
    kill,
    get running() {
      return running
    },
    async stop(graceMs) {
      kill('SIGTERM')
      kill('SIGCONT')
      const timer = setTimeout(kill, graceMs)
      await exited
      clearTimeout(timer)
    },
  }
}

/** Logs hold orders. */
const FOR_ITS_USER = 0o600

function spawnGuarded({ command, args, env, cwd, stdoutFile, stderrFile }: ChildOptions): ChildProcess {
  const files: number[] = []
  const open = (path: string | undefined): number | 'ignore' => {
    if (path === undefined) return 'ignore'
    const file = openSync(path, 'a', FOR_ITS_USER)
    files.push(file)
    return file
  }
  try {
    const child = spawn('/bin/sh', ['-c', GUARD, 'guard', ...onOwnCpus([command, ...args])], {
      detached: true,
      env: env ?? process.env,
      cwd,
      stdio: ['ignore', open(stdoutFile), open(stderrFile), 'pipe'],
    })
    child.on('error', () => {}) // reported by the missing pid
    const lifeline = child.stdio[3]
    if (lifeline instanceof Socket) lifeline.on('error', () => {}).unref()
    return child
  } finally {
    for (const file of files) closeSync(file)
  }
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal)
  } catch {
    // Nobody is left to receive it.
  }
}
