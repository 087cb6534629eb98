// A compose project of the lab: the model's own file and what the lab lays over it, under a name and on ports that no
// other project has. Guarantees: what the user set for a stack of his own (.env, COMPOSE_FILE) does not reach this one,
// and `removeProject` leaves no container, volume or network of that name.
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { runTool } from '../../infra/brokers/run-tool.ts'
import type { Compose } from './find-compose.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const COMMAND_MS = 120_000
const BUILD_MS = 900_000

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
  const place = ['--project-directory', join(ROOT, model), '--env-file', noSettings, '-p', name]
  const files = ['-f', join(ROOT, model, 'docker-compose.yml'), '-f', overlayFile]
  const env = { ...process.env, COMPOSE_PROFILES: '', ...variables }
  return {
    name,
    compose(args, signal) {
      const patienceMs = args[0] === 'build' ? BUILD_MS : COMMAND_MS
      return inTime(compose.command, [...compose.args, ...place, ...files, ...args], { env, signal, patienceMs })
    },
    // JSON is YAML. It holds a password.
    overlay: file => writeFileSync(overlayFile, JSON.stringify(file, null, 2), { mode: 0o600 }),
  }
}

/** Runs a Docker command. @throws Error in one sentence when it fails, or does not end */
export const docker = (args: string[], signal?: AbortSignal): Promise<string> =>
  inTime('docker', args, { env: process.env, signal, patienceMs: COMMAND_MS })

export async function removeProject(name: string): Promise<void> {
  await inTime('sh', ['-c', REMOVE_PROJECT, name], { env: process.env, patienceMs: COMMAND_MS })
}

type Patience = { env: NodeJS.ProcessEnv; signal?: AbortSignal | undefined; patienceMs: number }

async function inTime(command: string, args: string[], { env, signal, patienceMs }: Patience): Promise<string> {
  const timeout = AbortSignal.timeout(patienceMs)
  try {
    return await runTool(command, args, { env, signal: signal ? AbortSignal.any([signal, timeout]) : timeout })
  } catch (error) {
    if (!timeout.aborted) throw error
    throw new Error(`${command} did not end within ${patienceMs / 1_000} s; see whether the engine answers.`, {
      cause: error,
    })
  }
}
