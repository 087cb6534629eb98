/**
 * A private Kafka broker: one node that is broker and controller, on loopback, in a folder of its own. Its jars are fetched
 * once by Maven into the cache; after that nothing is requested from the network. Only jars of the committed list run.
 */
import { randomBytes, createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  readFileSync,
  writeFileSync,
  readdirSync,
} from 'node:fs'
import { join } from 'node:path'
import { startChild, type ChildOptions } from '#host/child.ts'
import { ofTheMachine } from '#host/environment.ts'
import { withLock } from '#host/file-lock.ts'
import { leasePorts } from '#host/ports.ts'
import type { Broker, ProvideOptions } from './broker.ts'
import { findForeignFile } from './pinned-files.ts'
import { findJava, runTool, type Java, requireCommands } from './machine-tools.ts'
import { probeKafka } from './probes.ts'
import { type Server, startServer } from './server-process.ts'
import { cached, cachedPath } from './cached.ts'

const GRACE_MS = 20_000

/** Fetches what is missing, formats the storage and resolves when a record can be produced. */
export async function provideKafka(options: ProvideOptions): Promise<Broker> {
  const java = await findJava(options.environment)
  const { folder: cache, jars } = await fetchKafka(options)
  const kafka = { java, jars, archive: archivePath(cache, java, jars) }
  const folder = join(options.dataFolder, 'kafka')
  if (!existsSync(kafka.archive)) await archiveClasses(kafka, `${folder}-training`, options)
  const lease = await leasePorts(2)
  const cleanUp = (): void => {
    lease.release()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const [port = 0, controllerPort = 0] = lease.ports
    options.progress(`Kafka ${kafkaVersion()}: starting on port ${port}`)
    const process = await start(kafka, { folder, port, controllerPort }, options.signal)
    const stop = async (): Promise<void> => {
      await process.kill()
      cleanUp()
    }
    const address = `127.0.0.1:${port}`
    return { kind: 'kafka', source: 'packages', version: kafkaVersion(), address, private: true, process, stop }
  } catch (error) {
    cleanUp()
    throw error
  }
}

/** Formats the storage of a new broker and starts it; `jvmArgs` take the place of those that use the archive. */
async function start(
  kafka: KafkaInstallation,
  node: KafkaNode,
  signal: AbortSignal,
  jvmArgs?: string[],
): Promise<Server> {
  const { folder, port } = node
  mkdirSync(folder, { recursive: true })
  const file = writeServerProperties(node)
  // An id that begins with a dash would be taken for an option.
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A')
  const format = ['kafka.tools.StorageTool', 'format', '--standalone', '-t', clusterId, '-c', file]
  const { command, args, env } = kafkaCommand(kafka, folder, format)
  await runTool(command, args, { cwd: folder, env, signal })
  const logFile = join(folder, 'broker.log')
  const server = kafkaCommand(kafka, folder, ['kafka.Kafka', file], jvmArgs)
  return startServer({
    name: 'Kafka',
    launch: () => startChild({ ...server, stdoutFile: logFile, stderrFile: logFile }),
    probe: () => probeKafka(`127.0.0.1:${port}`),
    logFile,
    signal,
  })
}

/**
 * Lets a broker start and end once, so that Java writes an archive of the classes that it loaded. Start times
 * halve; a failure here costs only that.
 */
async function archiveClasses(kafka: KafkaInstallation, folder: string, options: ProvideOptions): Promise<void> {
  const make = async (): Promise<void> => {
    if (existsSync(kafka.archive)) return
    options.progress(`Kafka ${kafkaVersion()}: preparing a quick start for Java ${kafka.java.version}, once`)
    const lease = await leasePorts(2)
    try {
      const [port = 0, controllerPort = 0] = lease.ports
      const unfinished = `${kafka.archive}.unfinished`
      rmSync(unfinished, { force: true })
      const jvmArgs = [`-XX:ArchiveClassesAtExit=${unfinished}`]
      const server = await start(kafka, { folder, port, controllerPort }, options.signal, jvmArgs)
      await server.end(GRACE_MS)
      renameSync(unfinished, kafka.archive)
    } catch (error) {
      options.signal.throwIfAborted()
      const reason = error instanceof Error ? error.message : String(error)
      options.progress(`Kafka ${kafkaVersion()}: starts will be slower (${reason})`)
    } finally {
      lease.release()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
  await withLock('kafka-archive', make, { deadlineMs: 120_000, signal: options.signal })
}

const settings = join(import.meta.dirname, '../kafka')
const pom = join(settings, 'pom.xml')
const pinnedJars = join(settings, 'jars.sha256')

type KafkaInstallation = {
  java: Java
  jars: string[]
  /** An archive of loaded classes: half the start time. Java passes over one that does not fit. */
  archive: string
}

type KafkaNode = { folder: string; port: number; controllerPort: number }

/** The archive fits one Java and one set of jars only, so its name says which. */
function archivePath(folder: string, java: Java, jars: string[]): string {
  const key = createHash('sha256')
    .update([java.command, java.version, ...jars].join('\n'))
    .digest('hex')
  return join(folder, `classes-${key.slice(0, 12)}.jsa`)
}

/** Calls a main class of Kafka; `jvmArgs` come before the class. */
function kafkaCommand(
  { java, jars, archive }: KafkaInstallation,
  folder: string,
  [mainClass, ...args]: string[],
  jvmArgs: string[] = ['-Xshare:auto', `-XX:SharedArchiveFile=${archive}`],
): ChildOptions {
  const heap = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:-UsePerfData']
  // Log4j takes it as an address, in which `%` and `#` have a meaning, and a comma for the end of it.
  const log = '-Dlog4j2.configurationFile=log4j2.properties'
  const all = [...heap, ...jvmArgs, '-Djava.awt.headless=true', log, '-cp', jars.join(':'), mainClass ?? '', ...args]
  return { command: java.command, args: all, cwd: folder, env: ofTheMachine(process.env) }
}

/** Writes the settings of one broker and returns the file. */
function writeServerProperties({ folder, port, controllerPort }: KafkaNode): string {
  const lines = [
    readFileSync(join(settings, 'server.properties'), 'utf8'),
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    `controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}`,
    // Seen from its working folder: a comma in the path would separate two folders, and the file is not read as UTF-8.
    'log.dirs=data',
  ]
  copyFileSync(join(settings, 'log4j2.properties'), join(folder, 'log4j2.properties'))
  const file = join(folder, 'server.properties')
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

export function kafkaVersion(): string {
  const version = /<kafka\.version>(.+)<\/kafka\.version>/.exec(readFileSync(pom, 'utf8'))?.[1]
  if (!version) throw new Error(`${pom} names no kafka.version.`)
  return version
}

const folderName = (): string => `kafka-${kafkaVersion()}`

export const kafkaIsCached = (): boolean => existsSync(cachedPath(folderName()))

/** Throws one sentence when Maven is missing. */
export function requireMaven(environment: NodeJS.ProcessEnv): void {
  const howToFix = 'install Maven (Debian: apt-get install maven), or set LAB_KAFKA_BROKERS to a running broker'
  requireCommands(['mvn'], 'Fetching Kafka', howToFix, environment)
}

/** Resolves with the paths of the jars, in an order that is always the same (the archive of classes needs that). */
async function fetchKafka(options: ProvideOptions): Promise<{ folder: string; jars: string[] }> {
  const { environment, progress, signal } = options
  const make = async (folder: string): Promise<void> => {
    requireMaven(environment)
    progress(`Kafka ${kafkaVersion()}: fetching 54 MB with Maven, once`)
    // A repository of its own: the user's may not be writable, and nothing is left outside of the cache.
    const repository = join(folder, 'repository')
    const jars = join(folder, 'jars')
    const folders = [`-Dmaven.repo.local=${repository}`, `-DoutputDirectory=${jars}`]
    // `-C`: Maven itself refuses what differs from the server's checksums, which it takes silently otherwise.
    const args = ['-q', '-B', '-C', '-f', pom, 'dependency:copy-dependencies', ...folders]
    await runTool('mvn', args, { env: environment, signal })
    const foreign = await findForeignFile(jars, pinnedJars)
    if (foreign !== undefined) throw new Error(fetchedAnother(foreign))
    rmSync(repository, { recursive: true })
  }
  const folder = await cached(folderName(), make, options)
  const jars = join(folder, 'jars')
  // At each start: the cache may be of an earlier version, which took what it was given.
  const foreign = await findForeignFile(jars, pinnedJars)
  if (foreign === undefined)
    return {
      folder,
      jars: readdirSync(jars)
        .toSorted()
        .map(name => join(jars, name)),
    }
  throw new Error(
    `The cached Kafka is not the one that infra/kafka/jars.sha256 names (${foreign}): delete ${folder}, and it is fetched again.`,
  )
}

function fetchedAnother(foreign: string): string {
  const found = `Maven fetched another Kafka than infra/kafka/jars.sha256 names (${foreign}), and nothing of it was kept`
  const advice = "see which mirror Maven's settings name, or set LAB_KAFKA_BROKERS to a running broker"
  return `${found}: ${advice}; where you changed pom.xml, it says how to write the list anew.`
}
