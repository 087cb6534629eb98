// Whether containers can be had here: an engine that answers, and a compose that speaks to it.
import { engineVersion } from '#infra/brokers/docker.ts'
import { findCommand, runTool } from '#infra/brokers/machine-tools.ts'

const PATIENCE_MS = 10_000
const KNOWN = ['docker compose', 'docker-compose']

/** A command and the arguments that always come first. */
export type Compose = { command: string; args: string[]; version: string; engine: string }

/** The first that answers, or the one of LAB_COMPOSE. @throws Error with one sentence and how to fix it */
export async function findCompose(environment: NodeJS.ProcessEnv): Promise<Compose> {
  const engine = await askEngine(environment)
  const named = environment.LAB_COMPOSE
  if (named && !KNOWN.includes(named)) {
    throw new Error(`LAB_COMPOSE is "${named}": set it to ${KNOWN.map(name => `"${name}"`).join(' or ')}, or unset it.`)
  }
  for (const name of named ? [named] : KNOWN) {
    const [command = '', ...args] = name.split(' ')
    const version = await versionOf(command, args, environment).catch(() => undefined)
    if (version !== undefined) return { command, args, version, engine }
  }
  if (named) throw new Error(`LAB_COMPOSE asks for ${named}, which does not answer: install it, or unset LAB_COMPOSE.`)
  throw new Error('Compose is missing: install the compose plugin of Docker, or docker-compose.')
}

/** @throws Error with one sentence and how to fix it */
async function askEngine(environment: NodeJS.ProcessEnv): Promise<string> {
  const wayOut = 'or do without containers.'
  if (!findCommand('docker', environment))
    throw new Error(`Containers need Docker, which is missing: install it, ${wayOut}`)
  try {
    return await engineVersion(environment)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const sentence = `Containers need a Docker engine, and none answers (${why}): start it, see that this user may use it, ${wayOut}`
    throw new Error(sentence, { cause: error })
  }
}

/** The last line, since warnings may come before it. */
async function versionOf(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const output = await runTool(command, [...args, 'version', '--short'], { env, signal })
  return output.trim().split('\n').at(-1) ?? ''
}
