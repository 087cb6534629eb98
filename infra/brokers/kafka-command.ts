/** How the private Kafka broker's Java is called, and with what settings. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildOptions } from '#host/child.ts'
import type { Java } from './machine-tools.ts'

const settings = join(import.meta.dirname, '../kafka')

export type KafkaInstallation = {
  java: Java
  jars: string[]
  /** An archive of loaded classes: half the start time. Java passes over one that does not fit. */
  archive: string
}

export type KafkaPlace = {
  folder: string
  port: number
  controllerPort: number
}

/** The archive fits one Java and one set of jars only, so its name says which. */
export function archivePath(folder: string, java: Java, jars: string[]): string {
  const key = createHash('sha256')
    .update([java.command, java.version, ...jars].join('\n'))
    .digest('hex')
  return join(folder, `classes-${key.slice(0, 12)}.jsa`)
}

/** Calls a main class of Kafka; `jvmArgs` come before the class. */
export function kafkaCommand(
  { java, jars, archive }: KafkaInstallation,
  folder: string,
  [mainClass, ...args]: string[],
  jvmArgs: string[] = ['-Xshare:auto', `-XX:SharedArchiveFile=${archive}`],
): ChildOptions {
  const heap = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:-UsePerfData']
  const log = `-Dlog4j2.configurationFile=${join(settings, 'log4j2.properties')}`
  const all = [...heap, ...jvmArgs, '-Djava.awt.headless=true', log, '-cp', jars.join(':'), mainClass ?? '', ...args]
  return { command: java.command, args: all, cwd: folder }
}

/** Writes the settings of one broker and returns the file. */
export function writeServerProperties({ folder, port, controllerPort }: KafkaPlace): string {
  const lines = [
    readFileSync(join(settings, 'server.properties'), 'utf8'),
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    `controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}`,
    `log.dirs=${join(folder, 'data')}`,
  ]
  const file = join(folder, 'server.properties')
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}
