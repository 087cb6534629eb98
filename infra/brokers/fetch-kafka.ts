/** The Kafka broker's jars, fetched once by Maven into the cache. Once there, nothing is asked of the network. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ProvideOptions } from './broker.ts'
import { cached, cachedPath } from './cached.ts'
import { requireCommands } from './machine-tools.ts'
import { runTool } from './run-tool.ts'

const pom = join(import.meta.dirname, '../kafka/pom.xml')

export function kafkaVersion(): string {
  const version = /<kafka\.version>(.+)<\/kafka\.version>/.exec(readFileSync(pom, 'utf8'))?.[1]
  if (!version) throw new Error(`${pom} names no kafka.version.`)
  return version
}

const folderName = (): string => `kafka-${kafkaVersion()}`

export const kafkaIsCached = (): boolean => existsSync(cachedPath(folderName()))

/** Throws one sentence when Maven is missing. */
export function requireMaven(environment: NodeJS.ProcessEnv): void {
  const wayOut = 'install Maven (Debian: apt-get install maven), or set LAB_KAFKA_BROKERS to a running broker'
  requireCommands(['mvn'], 'Fetching Kafka', wayOut, environment)
}

/** Resolves with the paths of the jars, in an order that is always the same (the archive of classes needs that). */
export async function fetchKafka(options: ProvideOptions): Promise<{ folder: string; jars: string[] }> {
  const { environment, progress, signal } = options
  const make = async (folder: string): Promise<void> => {
    requireMaven(environment)
    progress(`Kafka ${kafkaVersion()}: fetching 54 MB with Maven, once`)
    // A repository of its own: the user's may not be writable, and nothing is left outside of the cache.
    const repository = join(folder, 'repository')
    const places = [`-Dmaven.repo.local=${repository}`, `-DoutputDirectory=${join(folder, 'jars')}`]
    const args = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', ...places]
    await runTool('mvn', args, { env: environment, signal })
    rmSync(repository, { recursive: true })
  }
  const folder = await cached(folderName(), make, options)
  const jars = readdirSync(join(folder, 'jars')).filter(name => name.endsWith('.jar'))
  return { folder, jars: jars.sort().map(name => join(folder, 'jars', name)) }
}
