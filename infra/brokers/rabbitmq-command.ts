/** How the private RabbitMQ and its name server (epmd) are called, and with what settings. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildOptions } from '#host/child.ts'

const settings = join(import.meta.dirname, '../rabbitmq/rabbitmq.conf')

export type RabbitmqPlace = {
  /** Root of the unpacked packages. */
  root: string
  folder: string
  port: number
  distributionPort: number
  epmdPort: number
  user: string
  password: string
  vhost: string
}

/** Erlang's name server; it stays in the foreground, so it is a child like any other. */
export function epmdCommand(place: RabbitmqPlace): ChildOptions {
  const runtime = only(join(place.root, 'usr/lib/erlang'), 'erts-')
  const args = ['-port', String(place.epmdPort), '-address', '127.0.0.1']
  return { command: join(runtime, 'bin/epmd'), args, env: environmentOf(place), cwd: place.folder }
}

export function rabbitmqCommand(place: RabbitmqPlace): ChildOptions {
  const server = only(join(place.root, 'usr/lib/rabbitmq/lib'), 'rabbitmq_server-')
  return { command: join(server, 'sbin/rabbitmq-server'), args: [], env: environmentOf(place), cwd: place.folder }
}

/** Writes the settings of one broker into its folder. */
export function writeRabbitmqConf({ folder, port, user, password, vhost }: RabbitmqPlace): void {
  mkdirSync(folder, { recursive: true })
  const lines = [
    readFileSync(settings, 'utf8'),
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    `default_user = ${user}`,
    `default_pass = ${password}`,
    `default_vhost = ${vhost}`,
  ]
  writeFileSync(join(folder, 'rabbitmq.conf'), `${lines.join('\n')}\n`, { mode: 0o600 })
  writeFileSync(join(folder, 'advanced.config'), '[].\n')
  writeFileSync(join(folder, 'enabled_plugins'), '[].\n')
}

/** Nothing of the user's own RABBITMQ_* and ERL_* variables gets in, and nothing is kept outside of the folder. */
function environmentOf({ root, folder, distributionPort, epmdPort }: RabbitmqPlace): NodeJS.ProcessEnv {
  const erlang = join(root, 'usr/lib/erlang')
  const libraries = ['lib', 'usr/lib'].map(name => join(root, name)).flatMap(libraryFolders)
  const inFolder = (name: string): string => join(folder, name)
  return {
    PATH: `${join(erlang, 'bin')}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    LD_LIBRARY_PATH: libraries.join(':'),
    LC_ALL: 'C.UTF-8',
    HOME: folder,
    LAB_ERLANG_ROOT: erlang,
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // The start script then becomes the broker by exec, in place of waiting for it: one process to kill.
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

/** The folders of one architecture's libraries, such as lib/x86_64-linux-gnu; newer distributions have no /lib. */
function libraryFolders(parent: string): string[] {
  if (!existsSync(parent)) return []
  const names = readdirSync(parent, { withFileTypes: true })
  return names
    .filter(entry => entry.isDirectory() && entry.name.includes('-linux-'))
    .map(({ name }) => join(parent, name))
}

/** The one folder in `parent` whose name begins so; its ending is a version. */
function only(parent: string, prefix: string): string {
  const name = readdirSync(parent).find(entry => entry.startsWith(prefix))
  if (!name) throw new Error(`${parent} holds no ${prefix}*; delete the lab's cache folder to fetch it again.`)
  return join(parent, name)
}
