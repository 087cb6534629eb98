/** What the machine has of the tools that private brokers need, and what to install where it lacks one. */
import { accessSync, constants, statSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from './run-tool.ts'

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

/** The Java of JAVA_HOME, else of PATH; rejects with one sentence when there is none, or an older one than 17. */
export async function findJava(environment: NodeJS.ProcessEnv): Promise<Java> {
  const ofHome = environment.JAVA_HOME && join(environment.JAVA_HOME, 'bin', 'java')
  const command = ofHome && isExecutable(ofHome) ? ofHome : findCommand('java', environment)
  const wayOut = `install Java ${OLDEST_JAVA} or newer (Debian: apt-get install openjdk-17-jre-headless)`
  if (!command) throw new Error(`Java is missing: ${wayOut}, or set LAB_KAFKA_BROKERS to a running broker.`)
  const version = /version "([^"]+)"/.exec(await runTool(command, ['-version'], { env: environment }))?.[1] ?? 'unknown'
  if (Number.parseInt(version, 10) >= OLDEST_JAVA) return { command, version }
  throw new Error(`${command} is Java ${version}, which is too old for Kafka: ${wayOut}, and set JAVA_HOME to it.`)
}

/** Throws one sentence that names what is missing and the package that brings it. */
export function requireCommands(
  names: string[],
  purpose: string,
  wayOut: string,
  environment: NodeJS.ProcessEnv,
): void {
  const missing = names.filter(name => !findCommand(name, environment))
  if (missing.length > 0) throw new Error(`${purpose} needs ${missing.join(' and ')}, missing here: ${wayOut}.`)
}
