/** A private Kafka broker: one node that is broker and controller, on loopback, in a folder of its own. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startChild } from '#host/child.ts'
import { withLock } from '#host/file-lock.ts'
import { leasePorts } from '#host/ports.ts'
import type { Broker, ProvideOptions } from './broker.ts'
import { fetchKafka, kafkaVersion } from './fetch-kafka.ts'
import {
  archivePath,
  type KafkaInstallation,
  type KafkaPlace,
  kafkaCommand,
  writeServerProperties,
} from './kafka-command.ts'
import { findJava } from './machine-tools.ts'
import { probeKafka } from './probe-kafka.ts'
import { runTool } from './run-tool.ts'
import { type Server, startServer } from './server-process.ts'

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
  place: KafkaPlace,
  signal: AbortSignal,
  jvmArgs?: string[],
): Promise<Server> {
  const { folder, port } = place
  mkdirSync(folder, { recursive: true })
  const file = writeServerProperties(place)
  // An id that begins with a dash would be taken for an option.
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A')
  const format = ['kafka.tools.StorageTool', 'format', '--standalone', '-t', clusterId, '-c', file]
  const { command, args } = kafkaCommand(kafka, folder, format)
  await runTool(command, args, { cwd: folder, signal })
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
 * Lets a broker start and end once, so that Java writes down the classes that it loaded. Start times halve;
 * a failure here costs only that.
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
