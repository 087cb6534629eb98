/**
 * RabbitMQ and Erlang from the distribution's packages, unpacked into the cache without root. Resolved
 * against an empty package status, or what happens to be installed here would be left out; with package
 * lists of our own, because a fresh machine has none and only root may write them. apt checks signatures.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProvideOptions } from './broker.ts'
import { cached, cachedPath } from './cached.ts'
import { requireCommands } from './machine-tools.ts'
import { runTool } from './run-tool.ts'

const FOLDER_NAME = 'rabbitmq-packages'
const packageList = join(import.meta.dirname, '../rabbitmq/packages.txt')

export const rabbitmqIsCached = (): boolean => existsSync(cachedPath(FOLDER_NAME))

/** Throws one sentence when the machine has no Debian packages. */
export function requireDebianTools(environment: NodeJS.ProcessEnv): void {
  const wayOut = 'use Debian or Ubuntu, or set LAB_RABBITMQ_URL to a running broker'
  requireCommands(['apt-get', 'dpkg'], 'A private RabbitMQ', wayOut, environment)
}

/** Resolves with the folder that is the root of the unpacked packages. */
export function fetchRabbitmq(options: ProvideOptions): Promise<string> {
  return cached(FOLDER_NAME, folder => unpack(folder, options), options)
}

async function unpack(folder: string, { environment, progress, signal }: ProvideOptions): Promise<void> {
  requireDebianTools(environment)
  const apt = join(folder, 'apt')
  for (const name of ['lists/partial', 'cache/archives/partial', 'debs'])
    mkdirSync(join(apt, name), { recursive: true })
  writeFileSync(join(apt, 'status'), '')
  const settings = Object.entries({
    'Dir::State': apt,
    'Dir::State::status': join(apt, 'status'),
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::Cache': join(apt, 'cache'),
    'Dir::Cache::archives': join(apt, 'cache/archives'),
    'APT::Sandbox::User': 'root',
    'APT::Install-Recommends': 'false',
    'Acquire::Languages': 'none',
    'Debug::NoLocking': 'true',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  const env = { ...environment, LC_ALL: 'C' }
  const cwd = join(apt, 'debs')
  const aptGet = (...args: string[]): Promise<string> =>
    runTool('apt-get', [...settings, ...args], { env, cwd, signal })

  progress('RabbitMQ: reading package lists')
  await aptGet('-q', 'update')
  const chosen = choose(await aptGet('-s', 'install', 'rabbitmq-server'))
  progress(`RabbitMQ: fetching ${chosen.length} packages (40 MB), once`)
  await aptGet('-q', 'download', ...chosen)
  progress('RabbitMQ: unpacking')
  for (const name of readdirSync(cwd)) await runTool('dpkg', ['-x', join(cwd, name), folder], { env, signal })
  rmSync(apt, { recursive: true })
  letErlangMove(folder)
}

/** Packages with their versions, out of what apt would install. */
function choose(simulation: string): string[] {
  const wanted = readFileSync(packageList, 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(name => new RegExp(`^${name.replaceAll('+', '\\+').replace('*', '.*')}$`))
  const planned = [...simulation.matchAll(/^Inst (\S+) \((\S+) /gm)]
  return planned
    .filter(([, name = '']) => wanted.some(pattern => pattern.test(name)))
    .map(([, name, version]) => `${name}=${version}`)
}

/** `erl` names /usr/lib/erlang in every branch, and would work only where Erlang is installed too. */
function letErlangMove(folder: string): void {
  const erl = join(folder, 'usr/lib/erlang/bin/erl')
  const text = readFileSync(erl, 'utf8')
  const moved = text.replaceAll('ROOTDIR=/usr/lib/erlang', 'ROOTDIR="$LAB_ERLANG_ROOT"')
  if (moved === text) throw new Error(`This distribution's Erlang is not laid out as expected (${erl}).`)
  writeFileSync(erl, moved)
}
