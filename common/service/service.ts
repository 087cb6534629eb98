// The lifecycle of a service: settings, start, stop. A failure at the start is one sentence and exit code 2.
// Guarantees: SIGTERM and SIGINT stop it within 5 s, with its work in flight finished where that is possible. Whether
// something is stored before it is answered, published or produced is for each service to promise.
import { flushCompileCache } from 'node:module'
import type { DatabaseSync } from 'node:sqlite'
import { createHealth } from './health.ts'
import {
  ConfigError,
  integer,
  oneOf,
  port,
  readConfig,
  refuseRenamed,
  text,
  type Environment,
  type Setting,
  type Values,
} from './config.ts'
import { LabError } from '../contracts/errors.ts'
import { createLog } from './log.ts'
import { createOccupancy } from './occupancy.ts'
import type { ServiceStore } from '../stores/group-commit.ts'
import { openStore, type StoreOptions } from '../stores/store.ts'
import type { Server, ServerParts } from './http-server.ts'

const STOP_MS = 4_500

type Settings = Record<string, Setting<unknown>>

/** The settings that every service has, with the port and folder of this one. */
export const commonSettings = (service: string, defaultPort: number) => ({
  PORT: port(defaultPort),
  HOST: text('127.0.0.1', 'the address that it listens on'),
  DATA_DIR: text(`data/${service}`, 'the folder that holds its store'),
  LOG_LEVEL: oneOf(
    ['debug', 'info', 'warn', 'error', 'silent'],
    'info',
    'the lowest level that it logs: debug, info, warn, error or silent',
  ),
})

export const DEFAULT_CONCURRENCY = 64

/** A delay holds one order and not those behind it, up to this many at once. */
export const concurrencySetting = integer(DEFAULT_CONCURRENCY, 'how many orders it works on at once', {
  min: 1,
  max: 10_000,
})

type Common = Values<ReturnType<typeof commonSettings>>

export type ServiceStart<Config> = (
  parts: ServerParts & {
    name: string
    config: Config
    environment: Environment
    /** Opens the store of that name in the service's folder; health shows when it can keep nothing. */
    openStore<Tx>(
      name: string,
      tables: (db: DatabaseSync) => Tx,
      options?: Pick<StoreOptions, 'beforeSync'>,
    ): ServiceStore<Tx>
  },
) => Promise<{
  server: Server
  /** Called when the server is closed: closes brokers, then stores. */
  stop(): Promise<void>
}>

/**
 * Runs a service until it is stopped. `name` is `<model>/<folder>`, as in logs and reports.
 * Ends the process with 2 when it cannot start, 1 when it fails later.
 */
export async function runService<Config extends Settings>(
  name: string,
  { settings, start }: { settings: Config; start: ServiceStart<Values<Config> & Common> },
): Promise<void> {
  try {
    // Orders, in stores, are nobody's business but of the user who runs the service.
    process.umask(0o077)
    const environment = process.env
    refuseRenamed(environment)
    const config = readConfig(settings, environment) as Values<Config> & Common
    const log = createLog(name, config.LOG_LEVEL)
    const closing = new AbortController()
    const health = createHealth()
    const occupancy = createOccupancy()
    const { server, stop } = await start({
      name,
      config,
      environment,
      log,
      health,
      occupancy,
      closing: closing.signal,
      openStore: (store, tables, options) =>
        openStore(config.DATA_DIR, store, tables, {
          ...options,
          onProblem: problem => health.report('store', problem),
          syncs: occupancy.syncs,
        }),
    })
    const address = await server.listen({ port: config.PORT, host: config.HOST })

    const end = (signal: NodeJS.Signals) => {
      log.info({ signal }, 'stopping')
      setTimeout(() => process.exit(1), STOP_MS).unref()
      closing.abort()
      void server
        .close()
        .then(stop)
        .then(() => process.exit(0))
    }
    process.once('SIGTERM', end)
    process.once('SIGINT', end)
    const fail = (error: unknown) => {
      log.fatal({ error: error instanceof Error ? error.stack : String(error) }, 'failed')
      process.exit(1)
    }
    process.on('unhandledRejection', fail)
    process.on('uncaughtException', fail)
    // Node would keep what it compiled for the next start only when it exits, which a killed process never does.
    flushCompileCache()
    // Whoever waits for this line may stop the service at once.
    log.info({ address }, 'listening')
  } catch (error) {
    process.stderr.write(`${name}: ${sentence(error)}\n`)
    process.exit(2)
  }
}

function sentence(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (error instanceof LabError) return error.detail
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'EADDRINUSE')
    return 'its port is in use; stop what listens there, or set another PORT'
  if ('syscall' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo'))
    return `it cannot listen (${error.message}); set a HOST of this machine and a PORT that you may use`
  return error.message
}
