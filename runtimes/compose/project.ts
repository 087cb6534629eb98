// Compose: whether it can be had here, and a project of the lab: the model's own file and what the lab lays over it, under a name
// and on ports that no other project has. Guarantees: what the user set for a stack of his own (.env, COMPOSE_FILE) does not reach this one,
// and `removeProject` leaves no container, volume or network of that name.
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { engineVersion, runDocker } from '#infra/brokers/docker-engine.ts'
import { findCommand, runTool } from '#infra/brokers/machine-tools.ts'
import type { Model, Deployment } from '#engine/experiment/model.ts'

const ROOT = resolve(import.meta.dirname, '../..')

const VERSION_MS = 10_000
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
  const signal = AbortSignal.timeout(VERSION_MS)
  const output = await runTool(command, [...args, 'version', '--short'], { env, signal })
  return output.trim().split('\n').at(-1) ?? ''
}

/** What waits for containers gets more than the compose files grant them, and what builds an image more again. */
const PATIENCE_MS: Record<string, number> = { up: 300_000, restart: 300_000, build: 900_000 }

// Not by compose: it works without the files, and whichever compose made the project.
export const REMOVE_PROJECT = `set -e
of="label=com.docker.compose.project=$0"
ids=$(docker ps -aq --filter "$of"); [ -z "$ids" ] || docker rm -fv $ids
ids=$(docker volume ls -q --filter "$of"); [ -z "$ids" ] || docker volume rm $ids
ids=$(docker network ls -q --filter "$of"); [ -z "$ids" ] || docker network rm $ids`

export type Project = {
  name: string
  /**
   * Runs compose on the model's file and the lab's. Abort nothing that makes containers: cut off, it may come to its end
   * when all else is removed. @throws Error in one sentence
   */
  compose(args: string[], signal?: AbortSignal): Promise<string>
  /** Replaces what the lab lays over the model's file. */
  overlay(file: unknown): void
}

type Options = { compose: Compose; model: string; name: string; folder: string; variables: Record<string, string> }

export function createProject({ compose, model, name, folder, variables }: Options): Project {
  const overlayFile = join(folder, 'lab.json')
  const noSettings = join(folder, 'empty.env')
  writeFileSync(noSettings, '')
  const project = ['--project-directory', join(ROOT, model), '--env-file', noSettings, '-p', name]
  const files = ['-f', join(ROOT, model, 'docker-compose.yml'), '-f', overlayFile]
  const env = { ...process.env, COMPOSE_PROFILES: '', ...variables }
  return {
    name,
    compose(args, signal) {
      const { command } = compose
      const patienceMs = PATIENCE_MS[args[0] ?? '']
      return runDocker([...compose.args, ...project, ...files, ...args], { command, env, signal, patienceMs })
    },
    // JSON is YAML. It holds a password.
    overlay: file => writeFileSync(overlayFile, JSON.stringify(file, null, 2), { mode: 0o600 }),
  }
}

/** Runs a Docker command. @throws Error in one sentence when it fails, or does not end */
export const docker = (args: string[], signal?: AbortSignal): Promise<string> =>
  runDocker(args, { env: process.env, signal })

export async function removeProject(name: string): Promise<void> {
  await runDocker(['-c', REMOVE_PROJECT, name], { command: 'sh', env: process.env })
}

type Overlay = { services: Record<string, unknown> }

/** The lab checks health itself, and the engine's checks would take processor time from what is measured. */
const WITHOUT_CHECKS = { restart: 'no', healthcheck: { interval: '24h', start_period: '0s' } }

/** What a model's file keeps in the checkout goes beside the service's store: the lab has no business there. */
const KEPT: Record<string, object> = { analytics_consumer: { volumes: ['analytics_consumer:/metrics'] } }

/**
 * What the lab lays over a model's compose file. Everything of a variant reaches its services here; the model's file says the
 * rest: image, command, ports, volumes.
 */
export type OverlayOptions = {
  model: Model
  /** Addresses as containers see them. */
  inside: Deployment
  /** Beyond the model's own environment, by service. */
  environment: Record<string, Record<string, string>>
}

export function overlayOf({ model, inside, environment }: OverlayOptions): Overlay {
  const services = model.services.map(spec => {
    const own = { LAB_FAULTS: 'on', ...spec.environment(inside), ...environment[spec.name] }
    return [spec.name, { ...WITHOUT_CHECKS, ...KEPT[spec.name], environment: forCompose(own) }]
  })
  const brokers = model.brokers.map(kind => [kind, WITHOUT_CHECKS])
  return { services: Object.fromEntries([...services, ...brokers]) }
}

/** A dollar is a variable to compose, unless it is doubled. */
const forCompose = (environment: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value.replaceAll('$', '$$$$')]))
