/**
 * The tools of this machine that private brokers need: whether they are here, what to install, and running one to its end.
 * Like every child a tool ends with the lab, and with `signal`.
 */
import { accessSync, constants, statSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { stripVTControlCharacters } from 'node:util'
import { startChild } from '#host/child.ts'
import { ofTheMachine } from '#host/environment.ts'

const OLDEST_JAVA = 17

export type Java = { command: string; version: string }

/** Absolute path of a command in PATH. */
export function findCommand(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  const folders = (environment.PATH ?? '').split(':').filter(folder => folder !== '')
  return folders.map(folder => join(folder, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/**
 * The Java of JAVA_HOME, else of PATH; rejects with one sentence when there is none, or an older one than 17.
 * @param otherwise what else the user may do
 */
export async function findJava(environment: NodeJS.ProcessEnv, otherwise?: string): Promise<Java> {
  const ofHome = environment.JAVA_HOME && join(environment.JAVA_HOME, 'bin', 'java')
  const command = ofHome && isExecutable(ofHome) ? ofHome : findCommand('java', environment)
  const howToFix = `install Java ${OLDEST_JAVA} or newer (Debian: apt-get install openjdk-17-jre-headless)`
  if (!command) throw new Error(`Java is missing: ${howToFix}${otherwise === undefined ? '' : `, or ${otherwise}`}.`)
  const version =
    /version "([^"]+)"/.exec(await runTool(command, ['-version'], { env: ofTheMachine(environment) }))?.[1] ?? 'unknown'
  if (Number.parseInt(version, 10) >= OLDEST_JAVA) return { command, version }
  throw new Error(`${command} is Java ${version}, which is too old: ${howToFix}, and set JAVA_HOME to it.`)
}

/** Throws one sentence that names what is missing and the package that brings it. */
export function requireCommands(
  names: string[],
  purpose: string,
  howToFix: string,
  environment: NodeJS.ProcessEnv,
): void {
  const missing = names.filter(name => !findCommand(name, environment))
  if (missing.length > 0) throw new Error(`${purpose} needs ${missing.join(' and ')}, missing here: ${howToFix}.`)
}

export type ToolOptions = { env?: NodeJS.ProcessEnv; cwd?: string; signal?: AbortSignal }

/** Resolves with all that it printed; rejects with one sentence that holds the line that explains most. */
export async function runTool(command: string, args: string[], options: ToolOptions = {}): Promise<string> {
  const { signal, ...rest } = options
  signal?.throwIfAborted()
  const folder = mkdtempSync(join(tmpdir(), 'lab-tool-'))
  const file = join(folder, 'output')
  const child = startChild({ command, args, ...rest, stdoutFile: file, stderrFile: file })
  const abort = (): void => child.kill()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    const { code, signal: killedBy } = await child.exited
    signal?.throwIfAborted()
    const output = readFileSync(file, 'utf8')
    if (code === 0) return output
    throw new Error(`${command} ended with ${code ?? killedBy}: ${explain(output)}`)
  } finally {
    signal?.removeEventListener('abort', abort)
    rmSync(folder, { recursive: true, force: true })
  }
}

function explain(output: string): string {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .filter(line => line.trim() !== '')
  const telling = lines.find(line => /^(\[ERROR\] .|E:|Err:)/.test(line)) ?? lines.at(-1) ?? 'it printed nothing.'
  return telling.trim().slice(0, 400)
}
