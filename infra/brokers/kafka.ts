/**
 * A private Kafka broker: one node that is broker and controller, on loopback, in a folder of its own. Its jars are fetched
 * once by Maven into the cache; after that nothing is requested from the network. Only jars of the committed list run.
 */
import { randomBytes, createHash } from 'node:crypto'
import { copyFileSync, existsSync, renameSync, rmSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { startChild, type ChildOptions } from '#host/child.ts'
import { ofTheMachine } from '#host/environment.ts'
import { withLock } from '#host/file-lock.ts'
import { leasePorts } from '#host/ports.ts'
import type { Broker, ProvideOptions } from './broker.ts'
import { findJava, runTool, type Java } from './machine-tools.ts'
import { fetchJars, folderNameOf, type JarSet, requireMavenFor, versionOf } from './maven-jars.ts'
import { probeKafka } from './probes.ts'
import { type Server, startServer } from './server-process.ts'
import { cachedPath } from './cached.ts'

const GRACE_MS = 20_000

/** Fetches what is missing, formats the storage and resolves when a record can be produced. */
export async function provideKafka(options: ProvideOptions): Promise<Broker> {
  const java = await findKafkaJava(options.environment)
  const { folder: cache, jars } = await fetchJars(JARS, options)
  const kafka = { java, jars, archive: archivePath(cache, java, jars) }
  const { asShipped = false } = options
  const folder = join(options.dataFolder, asShipped ? 'kafka-as-shipped' : 'kafka')
  if (!existsSync(kafka.archive)) await archiveClasses(kafka, `${folder}-training`, options)
  const lease = await leasePorts(2)
  const cleanUp = (): void => {
    lease.release()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const [port = 0, controllerPort = 0] = lease.ports
    options.progress(`Kafka ${kafkaVersion()}: starting on port ${port}`)
    const node = { folder, port, controllerPort, asShipped }
    const process = await start(kafka, node, options.signal, asShipped ? SHIPPED_JVM : undefined)
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

/**
 * As Kafka's own start scripts have it (bin/kafka-server-start.sh, bin/kafka-run-class.sh), and without the archive of classes. They come
 * after the lab's own, so that they count.
 */
const SHIPPED_JVM = [
  '-Xms1G',
  '-Xmx1G',
  '-XX:-UseSerialGC',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
]

/** Formats the storage of a new broker and starts it; `jvmArgs` take the place of those that use the archive. */
async function start(
  kafka: KafkaInstallation,
  node: KafkaNode,
  signal: AbortSignal,
  jvmArgs?: string[],
): Promise<Server> {
  const { folder, port } = node
  makeFolder(folder)
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
      const node: KafkaNode = { folder, port, controllerPort, asShipped: false }
      const server = await start(kafka, node, options.signal, jvmArgs)
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

type KafkaInstallation = {
  java: Java
  jars: string[]
  /** An archive of loaded classes: half the start time. Java passes over one that does not fit. */
  archive: string
}

type KafkaNode = { folder: string; port: number; controllerPort: number; asShipped: boolean }

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
function writeServerProperties({ folder, port, controllerPort, asShipped }: KafkaNode): string {
  const lines = [
    readFileSync(join(settings, asShipped ? 'shipped.properties' : 'server.properties'), 'utf8'),
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

/** Instead of what a private broker needs. */
const OTHERWISE = 'set LAB_KAFKA_BROKERS to a running broker'

const JARS: JarSet = {
  name: 'Kafka',
  megabytes: 54,
  settings: 'infra/kafka',
  otherwise: OTHERWISE,
}

export const kafkaVersion = (): string => versionOf(JARS)

export const kafkaIsCached = (): boolean => existsSync(cachedPath(folderNameOf(JARS)))

/** What a private broker needs before Maven. Rejects with one sentence. */
export const findKafkaJava = (environment: NodeJS.ProcessEnv): Promise<Java> => findJava(environment, OTHERWISE)

/** Throws one sentence when Maven is missing. */
export const requireMaven = (environment: NodeJS.ProcessEnv): void => requireMavenFor(JARS, environment)

/**
 * Runs a main class of the same jars to its end, such as one of Kafka's own tools, and resolves with what it printed.
 * @throws Error in one sentence, such as one that says that Java is missing
 */
export async function runKafkaTool(args: string[], options: ProvideOptions): Promise<string> {
  const java = await findJava(options.environment)
  const { folder, jars } = await fetchJars(JARS, options)
  const tool = mkdtempSync(join(options.dataFolder, 'kafka-tool-'))
  copyFileSync(join(settings, 'log4j2.properties'), join(tool, 'log4j2.properties'))
  const archive = archivePath(folder, java, jars)
  // The heap that Kafka's own scripts give its tools.
  const jvmArgs = ['-Xmx512m', '-Xshare:auto', `-XX:SharedArchiveFile=${archive}`]
  const { command, args: all, env } = kafkaCommand({ java, jars, archive }, tool, args, jvmArgs)
  return runTool(command, all, { cwd: tool, env, signal: options.signal })
}
