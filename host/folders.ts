/**
 * The folders that the lab owns outside of the checkout. What is in the cache may be deleted at any time
 * while no lab is at work: it is fetched again.
 */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Absolute path of the cache, from LAB_CACHE_DIR, else XDG_CACHE_HOME, else the home; not created here. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.LAB_CACHE_DIR) return resolve(environment.LAB_CACHE_DIR)
  const base = environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), '.cache')
  return resolve(base, 'communication-models-lab')
}

/** Where running things keep their data: the only place in which a sweep deletes. */
export function dataRoot(environment: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(environment), 'data')
}

/** For Node: what it has compiled. Whoever gives the lab another one, as the tests do, keeps it for what the lab starts. */
export function compiledFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.NODE_COMPILE_CACHE || join(cacheFolder(environment), 'compiled')
}
