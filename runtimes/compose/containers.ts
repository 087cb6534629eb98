// The runtime of containers: the services of one variant in the stack of their model. Kill is `docker kill`, pause is
// `docker pause`, and a restart starts the same container, with its store and port. An attached `docker start` stays beside
// each: it brings the service's output and ends when the service does.
// Guarantees: a variant's containers and their stores are gone after `stop`.
import { supervise } from '../supervise.ts'
import { withWebhooks } from '../webhooks.ts'
import type { Deployment } from '#engine/experiment/model.ts'
import type { OpenRuntime } from '#engine/experiment/runtime.ts'
import { startChild, type Child } from '#host/child.ts'
import { unless } from '#infra/brokers/docker-engine.ts'
import { GENERATOR, runLoadInContainer } from './generator-container.ts'
import { overlayOf, docker, type Project } from './project.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { waitFor } from '#host/wait-for.ts'

export type Stack = {
  project: Project
  /** Addresses as this machine sees them, and as containers do. */
  outside: Omit<Deployment, 'prefix'>
  inside: Omit<Deployment, 'prefix'>
}

export const openContainers =
  ({ project, outside, inside }: Stack): OpenRuntime =>
  async opening => {
    const { model, prefix, logFolder, webhook } = opening
    const environment = withWebhooks(opening, GENERATOR)
    makeFolder(logFolder)
    project.overlay(overlayOf({ model, inside: { ...inside, prefix }, environment }))
    const ids = new Map<string, string>()
    const idOf = (service: string) => ids.get(service) ?? service
    const create = async (services: string[]): Promise<void> => {
      await project.compose(['up', '--no-start', '--no-deps', '--no-build', ...services])
      for (const [service, id] of await containersOf(project)) ids.set(service, id)
    }
    const remove = async (services: readonly string[]): Promise<void> => {
      const there = (await containersOf(project)).flatMap(([service, id]) => (services.includes(service) ? [id] : []))
      if (there.length > 0) await docker(['rm', '--force', '--volumes', ...there])
      await docker(['volume', 'rm', '--force', ...services.map(service => `${project.name}_${service}`)])
    }
    const everyService = model.services.map(({ name }) => name)
    await create(everyService).catch(async error => {
      await remove(everyService)
      throw error
    })
    const runtime = supervise(
      {
        name: 'compose',
        url: outside.url,
        launch: (service, output) =>
          startChild({ command: 'docker', args: ['start', '--attach', idOf(service)], ...output }),
        async kill(service, attached) {
          const dockerKill = () => docker(['kill', idOf(service)]).catch(unless(/is not running|No such container/))
          await killContainer({ service, attached, dockerKill })
        },
        async wipe(service) {
          await remove([service])
          await create([service])
        },
        pause: async service => void (await docker(['pause', idOf(service)])),
        resume: async service => void (await docker(['unpause', idOf(service)])),
        end: () => remove(everyService),
      },
      opening,
    )
    // From a container the loopback of this machine is out of reach.
    const always = process.env.LAB_GENERATOR === 'container' || webhook !== undefined
    const nearby = { always, url: inside.url, runLoad: runLoadInContainer(project.name) }
    return { runtime: { ...runtime, nearby }, deployment: { ...outside, prefix } }
  }

/** Of the whole project, by service. */
async function containersOf({ name }: Project): Promise<[string, string][]> {
  const format = '{{.Label "com.docker.compose.service"}} {{.ID}}'
  const filter = `label=com.docker.compose.project=${name}`
  const listing = await docker(['ps', '--all', '--no-trunc', '--filter', filter, '--format', format])
  return [...listing.matchAll(/^(\S+) ([0-9a-f]{64})$/gm)].map(([, service = '', id = '']) => [service, id])
}

const DEADLINE_MS = 60_000
const AGAIN_MS = 200

type KillOptions = {
  /** For messages. */
  service: string
  attached: Pick<Child, 'running' | 'exited' | 'kill'>
  /** Resolves also when the container does not run. */
  dockerKill(): Promise<unknown>
}

/**
 * Ends a container beside which an attached `docker start` stays. That start may still be under way, and the engine refuses to
 * kill what does not run yet. When this has resolved, the attached child has ended, and with it the container.
 * @throws Error in one sentence when the engine does not end it in time; then the attached child is ended alone
 */
export async function killContainer({ service, attached, dockerKill }: KillOptions): Promise<void> {
  const ended = async (): Promise<boolean> => {
    if (!attached.running) return true
    await dockerKill()
    return Promise.race([attached.exited.then(() => true), sleep(AGAIN_MS, false)])
  }
  try {
    await waitFor(ended, { deadlineMs: DEADLINE_MS, what: `the container of ${service} to end` })
  } catch (error) {
    attached.kill()
    throw error
  }
}
