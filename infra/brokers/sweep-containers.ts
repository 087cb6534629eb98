/**
 * The labels that say whose a container is, and the removal of those whose owner is dead. Guarantees that a
 * container without these labels, or with a living owner, is left alone.
 */
import { basename } from 'node:path'
import { isAlive, type Owner, parseOwner, thisOwner } from '#host/owner.ts'
import { runDocker } from './run-docker.ts'

const RUN = 'communication-models-lab'
const OWNER = `${RUN}.owner`

/** Options of `docker create`. */
export function labelsOf(dataFolder: string): string[] {
  return ['--label', `${RUN}=${basename(dataFolder)}`, '--label', `${OWNER}=${JSON.stringify(thisOwner())}`]
}

/** Removes the containers of dead labs with their data; resolves with their names. What `signal` cuts off, the next sweeps. */
export async function sweepContainers(environment: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string[]> {
  const format = `{{.Names}} {{.Label "${OWNER}"}}`
  const listing = await runDocker(['ps', '--all', '--filter', `label=${OWNER}`, '--format', format], {
    env: environment,
    signal,
  })
  const dead = ownedContainers(listing).filter(({ owner }) => !isAlive(owner))
  for (const { name } of dead) await removeContainer(name, environment, signal)
  return dead.map(({ name }) => name)
}

/** A line each: the name, and the owner as JSON. What else Docker prints is passed over. */
export function ownedContainers(listing: string): { name: string; owner: Owner }[] {
  return listing.split('\n').flatMap(line => {
    const [, name, json] = /^(\S+) (\{.*\})$/.exec(line) ?? []
    const owner = json && parseOwner(parsed(json))
    return name && owner ? [{ name, owner }] : []
  })
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** With its volumes; one that is gone already is no error. */
export async function removeContainer(
  name: string,
  environment: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await runDocker(['rm', '--force', '--volumes', name], { env: environment, signal })
  } catch (error) {
    // Another lab may be sweeping too.
    if (!/No such container|already in progress/.test(String(error))) throw error
  }
}
