// What all command lines of the lab share: errors, exit codes and Ctrl-C. An error is printed as one sentence that says what
// happened, why and how to fix it, never as a stack trace.
import { Command, CommanderError } from 'commander'
import about from '../../package.json' with { type: 'json' }
import { cacheFolder } from '#host/folders.ts'
import { printable } from '../report/terminal/table.ts'
import { UsageError } from './usage.ts'
import type { Summary } from '#engine/run/summary.ts'
import { worst } from '#engine/checks/check.ts'

export const createProgram = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .version(about.version)
    .hook('preAction', (_, command) => refuseTakenByNpm(command))
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${inOneLine(text).replace(/^error: /, '')}\n`) })

/** npm sets these of its own accord, or may be given them for itself. */
const OF_NPM = ['prefix', 'json']

/**
 * npm takes an option that stands before `--` for itself, and the command would run without it.
 * @throws UsageError
 */
function refuseTakenByNpm(command: Command): void {
  const taken = command.options.find(
    option =>
      !OF_NPM.includes(option.name()) &&
      process.env[`npm_config_${option.name().replaceAll('-', '_')}`] !== undefined &&
      command.getOptionValueSource(option.attributeName()) !== 'cli',
  )
  if (!taken) return
  const example = `npm run lab -- ${command.name()} … ${taken.long}`
  throw new UsageError(`npm took ${taken.long} for itself: put -- before the options, as in ${example}.`)
}

/** Commander puts its suggestion on a line of its own. */
const inOneLine = (text: string): string => text.trim().replaceAll('\n', ' ')

/** Sets the exit code of the process; never throws. */
export async function runProgram(program: Command): Promise<void> {
  keepWithoutOutput()
  await runCommand(program, process.argv.slice(2))
}

/** One command line. Sets the exit code of the process; never throws. */
export async function runCommand(program: Command, args: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    process.exitCode = codeOf(error)
  }
}

/**
 * A run goes on to its results where nobody reads its output to the end, as `head` does not, and where it cannot be written, as to a
 * full disk: that is said once, and no command is then a success.
 */
function keepWithoutOutput(): void {
  process.stderr.on('error', () => {})
  let isSaid = false
  process.stdout.on('error', error => {
    if (isSaid || ('code' in error && error.code === 'EPIPE')) return
    isSaid = true
    process.once('exit', () => (process.exitCode ||= COULD_NOT_RUN))
    process.stderr.write(
      `The output could not be written to its end (${error.message}): make room where it goes; results are in the folder of their run.\n`,
    )
  })
}

function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
  // It may repeat what a message, a broker or another machine has said.
  process.stderr.write(`${sentenceOf(error).split('\n').map(printable).join('\n')}\n`)
  return error instanceof UsageError ? USAGE : COULD_NOT_RUN
}

const NOT_WRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR']

/** An error of the file system names only a path: this adds what can be done. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (!('code' in error && 'path' in error && typeof error.path === 'string')) return error.message
  if (!error.path.startsWith(cacheFolder()))
    return NOT_WRITABLE.includes(String(error.code))
      ? `The lab cannot write ${error.path} (${error.message}): make its folder writable, with room.`
      : error.message
  return `The lab cannot use its cache folder (${error.message}): set LAB_CACHE_DIR to a writable folder with room.`
}

export const USAGE = 2
export const COULD_NOT_RUN = 3
export const INTERRUPTED = 130

/** Of a run: 0 all valid, 1 something invalid, 3 something unknown, vacuous or not run. */
export function exitCodeOf({ results }: Pick<Summary, 'results'>): number {
  const verdict = worst(results.map(result => result.verdict))
  if (verdict === 'valid') return 0
  return verdict === 'invalid' ? 1 : COULD_NOT_RUN
}

/** npm forwards a signal that the terminal has already sent to this process: within this time it is the same key stroke. */
const SAME_KEY_MS = 500

/** How often it looks whether npm is still there. */
const PARENT_MS = 500

/**
 * Aborted by the first SIGINT, SIGTERM or SIGHUP, or when the npm that started it is gone: an orderly end is requested. A second
 * signal ends the process at once: its children end with it, and the next start removes their files. Called once, by the command
 * that runs.
 */
export function listenForInterrupt(): AbortSignal {
  const controller = new AbortController()
  let first = 0
  const onSignal = () => {
    const now = performance.now()
    if (!controller.signal.aborted) {
      first = now
      controller.abort()
    } else if (now - first > SAME_KEY_MS) process.exit(INTERRUPTED)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  // npm forwards no SIGHUP, and cannot forward a SIGKILL.
  const npm = process.ppid
  if (process.env.npm_lifecycle_event !== undefined)
    setInterval(() => process.ppid !== npm && controller.abort(), PARENT_MS).unref()
  return controller.signal
}
