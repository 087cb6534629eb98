// A compose project of the lab: the model's own file and what the lab lays over it, under a name and on ports that no
// other project has. Guarantees: what the user set for a stack of his own (.env, COMPOSE_FILE) does not reach this one,
// and `removeProject` leaves no container, volume or network of that name.
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { runDocker } from '#infra/brokers/run-docker.ts'
import type { Compose } from './find-compose.ts'

const ROOT = resolve(import.meta.dirname, '../..')
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
  const place = ['--project-directory', join(ROOT, model), '--env-file', noSettings, '-p', name]
  const files = ['-f', join(ROOT, model, 'docker-compose.yml'), '-f', overlayFile]
  const env = { ...process.env, COMPOSE_PROFILES: '', ...variables }
  return {
    name,
    compose(args, signal) {
      const { command } = compose
      const patienceMs = PATIENCE_MS[args[0] ?? '']
      return runDocker([...compose.args, ...place, ...files, ...args], { command, env, signal, patienceMs })
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
