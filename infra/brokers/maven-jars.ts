/**
 * Jars of a Java program that Maven fetches once into the cache; after that nothing is requested from the network. Only jars of
 * the committed list run: it stands beside the pom that names them.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ProvideOptions } from './broker.ts'
import { cached } from './cached.ts'
import { requireCommands, runTool } from './machine-tools.ts'
import { findForeignFile } from './pinned-files.ts'

const ROOT = resolve(import.meta.dirname, '../..')

export type JarSet = {
  /** For messages: "Kafka". In small letters it begins the property of its version, `kafka.version`. */
  name: string
  megabytes: number
  /** The folder of `pom.xml` and `jars.sha256`, from the root of the checkout. */
  settings: string
  /** What else the user may do where it cannot be fetched. */
  otherwise?: string
}

const keyOf = ({ name }: JarSet): string => name.toLowerCase()

export function versionOf(set: JarSet): string {
  const pom = join(ROOT, set.settings, 'pom.xml')
  const version = new RegExp(`<${keyOf(set)}\\.version>(.+)</`).exec(readFileSync(pom, 'utf8'))?.[1]
  if (!version) throw new Error(`${pom} names no ${keyOf(set)}.version.`)
  return version
}

/** In the cache. */
export const folderNameOf = (set: JarSet): string => `${keyOf(set)}-${versionOf(set)}`

const orElse = ({ otherwise }: JarSet): string => (otherwise === undefined ? '' : `, or ${otherwise}`)

/** Throws one sentence when Maven is missing. */
export function requireMavenFor(set: JarSet, environment: NodeJS.ProcessEnv): void {
  const howToFix = `install Maven (Debian: apt-get install maven)${orElse(set)}`
  requireCommands(['mvn'], `Fetching ${set.name}`, howToFix, environment)
}

/** Resolves with the paths of the jars, in an order that is always the same. @throws Error in one sentence */
export async function fetchJars(set: JarSet, options: ProvideOptions): Promise<{ folder: string; jars: string[] }> {
  const { environment, progress, signal } = options
  const pinned = join(ROOT, set.settings, 'jars.sha256')
  const make = async (folder: string): Promise<void> => {
    requireMavenFor(set, environment)
    progress(`${set.name} ${versionOf(set)}: fetching ${set.megabytes} MB with Maven, once`)
    // A repository of its own: the user's may not be writable, and nothing is left outside of the cache.
    const repository = join(folder, 'repository')
    const jars = join(folder, 'jars')
    const folders = [`-Dmaven.repo.local=${repository}`, `-DoutputDirectory=${jars}`]
    // `-C`: Maven itself refuses what differs from the server's checksums, which it takes silently otherwise.
    const pom = join(ROOT, set.settings, 'pom.xml')
    const args = ['-q', '-B', '-C', '-f', pom, 'dependency:copy-dependencies', ...folders]
    await runTool('mvn', args, { env: environment, signal })
    const foreign = await findForeignFile(jars, pinned)
    if (foreign !== undefined) throw new Error(fetchedAnother(set, foreign))
    rmSync(repository, { recursive: true })
  }
  const folder = await cached(folderNameOf(set), make, options)
  const jars = join(folder, 'jars')
  // At each start: the cache may be of an earlier version, which took what it was given.
  const foreign = await findForeignFile(jars, pinned)
  if (foreign === undefined)
    return {
      folder,
      jars: readdirSync(jars)
        .toSorted()
        .map(name => join(jars, name)),
    }
  throw new Error(
    `The cached ${set.name} is not the one that ${set.settings}/jars.sha256 names (${foreign}): delete ${folder}, and it is fetched again.`,
  )
}

function fetchedAnother(set: JarSet, foreign: string): string {
  const found = `Maven fetched another ${set.name} than ${set.settings}/jars.sha256 names (${foreign}), and nothing of it was kept`
  const advice = `see which mirror Maven's settings name${orElse(set)}`
  return `${found}: ${advice}; where you changed pom.xml, it says how to write the list anew.`
}
