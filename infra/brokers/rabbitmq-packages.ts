/**
 * RabbitMQ and Erlang as Debian's packages, unpacked into the cache without root and without touching what is installed.
 *
 * Guarantees: the version is the one that LAB_RABBITMQ_VERSION asks for, and apt checks the signatures. The packages of a newer
 * Debian run on an older one, because their programs are called through the packages' own loader and C library.
 * Does not guarantee the same revision on every day: it is the newest that the release has.
 *
 * Packages are resolved against an empty package status, or those that happen to be installed here would be left out; with
 * package lists of the lab's own, because a fresh machine has none and only root may write them.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import type { ProvideOptions } from './broker.ts'
import { cached, cachedPath } from './cached.ts'
import { requireCommands, runTool } from './machine-tools.ts'

/** The Debian release that has each version of RabbitMQ. */
const releases: Record<string, string> = { '4.0': 'trixie', '3.10': 'bookworm' }
const NEWEST = '4.0'
/** Whatever this machine's own distribution has. */
export const DISTRIBUTION = 'distribution'

/**
 * The version to be used: that of LAB_RABBITMQ_VERSION; else the newest known one on Debian, and the distribution's own elsewhere,
 * whose package archive holds no Debian. @throws Error in one sentence for a version that is not known
 */
export function rabbitmqVersion(environment: NodeJS.ProcessEnv, osRelease = readOsRelease()): string {
  const asked = environment.LAB_RABBITMQ_VERSION
  if (!asked) return osRelease.ID === 'debian' ? NEWEST : DISTRIBUTION
  if (asked === DISTRIBUTION || Object.hasOwn(releases, asked)) return asked
  const known = [...Object.keys(releases), DISTRIBUTION].join(', ')
  throw new Error(
    `LAB_RABBITMQ_VERSION is ${asked}, which the lab cannot fetch: set it to one of ${known}, or unset it.`,
  )
}

const folderName = (environment: NodeJS.ProcessEnv): string => `rabbitmq-${rabbitmqVersion(environment)}`

export const rabbitmqIsCached = (environment: NodeJS.ProcessEnv): boolean =>
  existsSync(cachedPath(folderName(environment)))

/** Throws one sentence when the machine has no Debian packages. */
export function requireDebianTools(environment: NodeJS.ProcessEnv): void {
  const howToFix = 'use Debian or Ubuntu, or set LAB_RABBITMQ_URL to a running broker'
  requireCommands(['apt-get', 'dpkg'], 'A private RabbitMQ', howToFix, environment)
}

/** Fetches the packages where they are not in the cache; resolves with the folder that they are unpacked in. */
export const fetchRabbitmq = (options: ProvideOptions): Promise<string> =>
  cached(folderName(options.environment), folder => unpack(folder, options), options)

async function unpack(folder: string, options: ProvideOptions): Promise<void> {
  const { environment, progress, signal } = options
  requireDebianTools(environment)
  const apt = join(folder, 'apt')
  for (const name of ['lists/partial', 'cache/archives/partial', 'debs']) makeFolder(join(apt, name))
  writeFileSync(join(apt, 'status'), '')
  const aptGet = await aptIn(apt, options)
  progress('RabbitMQ: reading package lists')
  await aptGet('-q', 'update').catch((error: unknown) => {
    signal.throwIfAborted()
    const why = error instanceof Error ? error.message : String(error)
    const version = rabbitmqVersion(environment)
    if (version === DISTRIBUTION) throw error
    throw new Error(`The packages of RabbitMQ ${version} cannot be listed; ${TAKE_THE_OWN} (${why})`, { cause: error })
  })
  const chosen = choose(await aptGet('-s', 'install', 'rabbitmq-server'))
  progress(`RabbitMQ: fetching ${chosen.length} packages (40 MB), once`)
  await aptGet('-q', 'download', ...chosen)
  progress('RabbitMQ: unpacking')
  const debs = join(apt, 'debs')
  for (const name of readdirSync(debs))
    await runTool('dpkg', ['-x', join(debs, name), folder], { env: environment, signal })
  rmSync(apt, { recursive: true })
  letErlangMove(folder)
  for (const program of erlangPrograms(folder)) callThroughLoader(program)
}

/** apt-get with lists, status and cache in `apt`, and with the sources of the release that has the version. */
async function aptIn(
  apt: string,
  { environment, signal }: ProvideOptions,
): Promise<(...args: string[]) => Promise<string>> {
  const env = { ...environment, LC_ALL: 'C' }
  const release = releases[rabbitmqVersion(environment)]
  const sources = join(apt, 'sources.list')
  if (release !== undefined) {
    const mirror = await debianMirror(env, signal)
    writeFileSync(sources, `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror} ${release} main\n`)
  }
  const settings = Object.entries({
    ...(release !== undefined && { 'Dir::Etc::SourceList': sources, 'Dir::Etc::SourceParts': '/dev/null' }),
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
  return (...args) => runTool('apt-get', [...settings, ...args], { env, cwd: join(apt, 'debs'), signal })
}

const TAKE_THE_OWN = `set LAB_RABBITMQ_VERSION=${DISTRIBUTION} to take the one of this machine`

/** The address of the archive that this Debian's own apt uses: it holds the other releases too. Others may use its codenames. */
async function debianMirror(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  const { ID, VERSION_CODENAME = '' } = readOsRelease()
  if (ID !== 'debian')
    throw new Error(`The archive of ${ID ?? 'this machine'} has no packages of Debian: ${TAKE_THE_OWN}.`)
  const of = ['--format', '$(REPO_URI)', 'Component: main']
  const addresses = (await runTool('apt-get', ['indextargets', ...of], { env, signal })).split('\n')
  const mirror = addresses.find(address => /\/debian\/?$/.test(address))
  if (mirror !== undefined) return mirror
  throw new Error(`apt names no archive of Debian ${VERSION_CODENAME} on this machine: ${TAKE_THE_OWN}.`)
}

/** The variables of /etc/os-release (its manual: os-release(5)); none where there is no such file. */
function readOsRelease(): Record<string, string | undefined> {
  const file = '/etc/os-release'
  if (!existsSync(file)) return {}
  const lines = readFileSync(file, 'utf8').matchAll(/^(\w+)="?([^"\n]*)"?$/gm)
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]))
}

const packageList = join(import.meta.dirname, '../rabbitmq/packages.txt')

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

/** Paths of all programs of Erlang that are machine code. */
function erlangPrograms(folder: string): string[] {
  const erlang = join(folder, 'usr/lib/erlang')
  const files = readdirSync(erlang, { withFileTypes: true, recursive: true })
  return files
    .filter(file => file.isFile() && /\/(erts-[^/]+|priv)\/bin$/.test(file.parentPath))
    .map(file => join(file.parentPath, file.name))
    .filter(isMachineCode)
}

/** Whether a file begins as ELF does. */
function isMachineCode(file: string): boolean {
  const start = Buffer.alloc(4)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, start)
  } finally {
    closeSync(descriptor)
  }
  return start.equals(Buffer.from('\x7fELF'))
}

/**
 * Puts a script in the place of a program, which hands it to the loader with the packages' libraries (ld.so(8)). The process stays
 * the same. No LD_LIBRARY_PATH: the programs of this machine that Erlang starts would take those libraries too.
 */
function callThroughLoader(program: string): void {
  renameSync(program, `${program}.elf`)
  const script = '#!/bin/sh\nexec "$LAB_ERLANG_LOADER" --library-path "$LAB_ERLANG_LIBRARIES" "$0.elf" "$@"\n'
  writeFileSync(program, script, { mode: 0o755 })
}

/** What the scripts of `callThroughLoader` and `erl` read, for packages that are unpacked in `root`. */
export function erlangEnvironment(root: string): Record<`LAB_ERLANG_${string}`, string> {
  const libraries = ['lib', 'usr/lib'].map(name => join(root, name)).flatMap(libraryFolders)
  const loader = libraries.flatMap(folder =>
    readdirSync(folder)
      .filter(name => /^ld-linux.*\.so\.\d+$/.test(name))
      .map(name => join(folder, name)),
  )[0]
  if (!loader) throw new Error(`${root} holds no loader of the C library; delete that folder to fetch it again.`)
  return {
    LAB_ERLANG_ROOT: join(root, 'usr/lib/erlang'),
    LAB_ERLANG_LOADER: loader,
    LAB_ERLANG_LIBRARIES: libraries.join(':'),
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
