/**
 * A private RabbitMQ: a node of its own name on loopback, in a folder of its own, with a random password.
 * It serves when it accepts a login; whether a queue is ready is for the model to find out.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rmSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { type Child, startChild, type ChildOptions } from '#host/child.ts'
import { leasePorts } from '#host/ports.ts'
import type { Broker, ProvideOptions } from './broker.ts'
import { memoryAlarm } from './memory-alarm.ts'
import { plainPath } from './plain-path.ts'
import { probeRabbitmq } from './probes.ts'
import { startServer } from './server-process.ts'
import { erlangEnvironment, fetchRabbitmq } from './rabbitmq-packages.ts'

/** Fetches what is missing and resolves when the broker accepts a login. */
export async function provideRabbitmq(options: ProvideOptions): Promise<Broker> {
  const packages = plainPath(await fetchRabbitmq(options))
  makeFolder(options.dataFolder)
  const data = plainPath(options.dataFolder)
  const { asShipped = false } = options
  const folder = join(data.path, asShipped ? 'rabbitmq-as-shipped' : 'rabbitmq')
  const lease = await leasePorts(3)
  const [port = 0, distributionPort = 0, epmdPort = 0] = lease.ports
  const password = randomBytes(12).toString('hex')
  const node = { root: packages.path, folder, port, distributionPort, epmdPort, password, asShipped }
  const address = `amqp://lab:${password}@127.0.0.1:${port}/lab`
  let epmd: Child | undefined
  const cleanUp = async (): Promise<void> => {
    epmd?.kill()
    await epmd?.exited
    lease.release()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    for (const link of [packages, data]) link.remove()
  }
  try {
    options.progress(`RabbitMQ: starting on port ${port}`)
    writeRabbitmqConf(node)
    epmd = startEpmd(node)
    const process = Object.assign(await start(node, address, epmd, options.signal), {
      alarm: (isOn: boolean) => rabbitmqctl(node, memoryAlarm(isOn)),
    })
    const stop = async (): Promise<void> => {
      await process.kill()
      await cleanUp()
    }
    const version = (await probeRabbitmq(address)).replace('RabbitMQ ', '')
    return { kind: 'rabbitmq', source: 'packages', version, address, private: true, process, stop }
  } catch (error) {
    await cleanUp()
    throw error
  }
}

/**
 * Erlang's name server. It stays in the foreground, so it is a child like any other; and while the broker is killed and started
 * again: it forgets a name when its holder's connection closes.
 */
function startEpmd(node: RabbitmqNode): Child {
  const runtime = only(join(node.root, 'usr/lib/erlang'), 'erts-')
  const args = ['-port', String(node.epmdPort), '-address', '127.0.0.1']
  return startChild({ command: join(runtime, 'bin/epmd'), args, ...surroundings(node, 'epmd.log') })
}

function start(node: RabbitmqNode, address: string, epmd: Child, signal: AbortSignal) {
  const server = only(join(node.root, 'usr/lib/rabbitmq/lib'), 'rabbitmq_server-')
  const logFile = join(node.folder, 'broker.log')
  const command = join(server, 'sbin/rabbitmq-server')
  return startServer({
    name: 'RabbitMQ',
    launch: () => startChild({ command, args: [], ...surroundings(node, 'broker.log') }),
    probe: () => probeRabbitmq(address),
    logFile,
    beside: [epmd],
    signal,
  })
}

/** @throws Error with what it wrote */
async function rabbitmqctl(node: RabbitmqNode, args: readonly string[]): Promise<void> {
  const server = only(join(node.root, 'usr/lib/rabbitmq/lib'), 'rabbitmq_server-')
  await promisify(execFile)(join(server, 'sbin/rabbitmqctl'), args, {
    env: environmentOf(node),
    cwd: node.folder,
    timeout: 30_000,
  })
}

const settings = join(import.meta.dirname, '../rabbitmq')

type RabbitmqNode = {
  /** Root of the unpacked packages. */
  root: string
  folder: string
  port: number
  distributionPort: number
  epmdPort: number
  password: string
  asShipped: boolean
}

/** In the node's folder, with its environment, and with a log there. */
function surroundings(node: RabbitmqNode, log: string): Omit<ChildOptions, 'command' | 'args'> {
  const file = join(node.folder, log)
  return { env: environmentOf(node), cwd: node.folder, stdoutFile: file, stderrFile: file }
}

/** Writes the settings of one broker into its folder. */
function writeRabbitmqConf({ folder, port, password, asShipped }: RabbitmqNode): void {
  makeFolder(folder)
  const lines = [
    readFileSync(join(settings, asShipped ? 'shipped.conf' : 'rabbitmq.conf'), 'utf8'),
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    'default_user = lab',
    `default_pass = ${password}`,
    'default_vhost = lab',
  ]
  writeFileSync(join(folder, 'rabbitmq.conf'), `${lines.join('\n')}\n`, { mode: 0o600 })
  writeFileSync(join(folder, 'advanced.config'), '[].\n')
  writeFileSync(join(folder, 'enabled_plugins'), '[].\n')
}

/** Nothing of the user's own RABBITMQ_* and ERL_* variables gets in, and nothing is kept outside of the folder. */
function environmentOf({ root, folder, distributionPort, epmdPort }: RabbitmqNode): NodeJS.ProcessEnv {
  const inFolder = (name: string): string => join(folder, name)
  return {
    ...erlangEnvironment(root),
    PATH: `${join(root, 'usr/lib/erlang/bin')}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    LC_ALL: 'C.UTF-8',
    HOME: folder,
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // The start script then becomes the broker by exec, instead of waiting for it: one process to kill.
    RUNNING_UNDER_SYSTEMD: 'true',
    RABBITMQ_LOG: '-color',
    RABBITMQ_NODENAME: 'lab@localhost',
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CONF_ENV_FILE: inFolder('no-environment-file'),
    RABBITMQ_CONFIG_FILE: inFolder('rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: inFolder('advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: inFolder('enabled_plugins'),
    RABBITMQ_MNESIA_BASE: inFolder('data'),
    RABBITMQ_LOG_BASE: inFolder('log'),
    RABBITMQ_GENERATED_CONFIG_DIR: inFolder('config'),
    RABBITMQ_PLUGINS_EXPAND_DIR: inFolder('plugins'),
    RABBITMQ_PID_FILE: inFolder('rabbitmq.pid'),
  }
}

/** The one folder in `parent` whose name begins so; its ending is a version. */
function only(parent: string, prefix: string): string {
  const name = readdirSync(parent).find(entry => entry.startsWith(prefix))
  if (!name) throw new Error(`${parent} holds no ${prefix}*; delete the lab's cache folder to fetch it again.`)
  return join(parent, name)
}
