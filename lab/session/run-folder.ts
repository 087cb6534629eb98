// The folder of a run: where it is, how its summary is saved and read, and how it is found again. Guarantees that a reader of
// summary.json sees the old one or the new one, each whole, also when the lab is killed meanwhile: an interrupted comparison
// resumes from it. Does not survive a loss of power.
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { parse } from '#common/contracts/parse.ts'
import { SUMMARY_FORMAT, type Summary } from '#engine/run/summary.ts'
import { UsageError, unknownName } from '../cli/usage.ts'
import { SummarySchema } from './summary-schema.ts'

export const ROOT = resolve(import.meta.dirname, '../..')

/** Where runs go when no folder is given. */
export const RUNS = join(ROOT, 'runs')

/** A path as the user would type it. */
export const shortPath = (path: string): string =>
  path.startsWith(`${process.cwd()}/`) ? path.slice(process.cwd().length + 1) : path

/**
 * The run of that id under `runs`, of `latest`, or in the folder of that path.
 * @throws UsageError where there is none, or where its summary cannot be read
 */
export function findRun(run: string, runs = RUNS): { summary: Summary; folder: string } {
  for (const folder of [join(runs, run), resolve(run)]) {
    const text = read(join(folder, 'summary.json'))
    if (text !== undefined)
      return { summary: parseSummary(text, join(folder, 'summary.json')), folder: realpathSync(folder) }
  }
  const other = [join(runs, run), ...(run.includes('/') ? [run] : [])].find(folder => existsSync(folder))
  if (other !== undefined)
    throw new UsageError(
      `${shortPath(other)} holds no summary.json, so it is not the folder of a run; give a folder of experiments under runs/, or latest (what lab capacity found is in its capacity.html).`,
    )
  const known = list(runs)
  if (known.length === 0 || run === 'latest')
    throw new UsageError(`There is no run "${run}": nothing has been run yet; start with npm start.`)
  throw unknownName('run', basename(run), [...known.slice(-5), 'latest'])
}

/** @throws UsageError that names the file, and says so where another version of the lab made it */
export function parseSummary(text: string, file: string): Summary {
  try {
    const summary: unknown = JSON.parse(text)
    requireFormat(summary, SUMMARY_FORMAT, file)
    return parse(SummarySchema, summary, file)
  } catch (error) {
    if (error instanceof UsageError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${shortPath(file)} cannot be read by this version (${why}); run the experiments again.`)
  }
}

/** Versions that numbered nothing count as 1. @throws UsageError where what was read is of another format */
export function requireFormat(read: unknown, present: number, file: string): void {
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return
  const format = 'format' in read ? read.format : 1
  if (format === present) return
  const age = typeof format === 'number' && format > present ? 'a newer' : 'an older'
  throw new UsageError(`${shortPath(file)} was made by ${age} version of the lab; run its experiments again.`)
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => /^\d{8}-\d{6}-/.test(name))
      .sort()
  } catch {
    return []
  }
}

/** @param folder of the run @throws Error in one sentence; the old summary is then unchanged */
export const saveSummary = (summary: Summary, folder: string): void => saveJson(summary, join(folder, 'summary.json'))

/** A reader sees the old file or the new one, each whole. @throws Error in one sentence; the old file is then unchanged */
export function saveJson(value: object, file: string): void {
  const beside = join(dirname(file), `.${basename(file)}`)
  writing(file, () => {
    writeFileSync(beside, `${JSON.stringify(value, null, 2)}\n`)
    renameSync(beside, file)
  })
}

/** @param write writes this file of a run @throws Error in one sentence that names the file */
export function writing(file: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`${shortPath(file)} cannot be written (${why}): make its folder writable, with room.`, {
      cause: error,
    })
  }
}

/**
 * Points the link `latest` in `out` to this run, atomically. A run whose folder is elsewhere leaves the link unchanged. A
 * folder in place of the link, as a copy of `out` has it, is kept under another name.
 */
export function pointLatest(out: string, folder: string): void {
  if (!existsSync(out) || realpathSync(dirname(folder)) !== realpathSync(out)) return
  const id = basename(folder)
  const next = join(out, `.latest-${id}`)
  symlinkSync(id, next)
  const latest = join(out, 'latest')
  if (lstatSync(latest, { throwIfNoEntry: false })?.isDirectory()) renameSync(latest, join(out, `latest-before-${id}`))
  renameSync(next, latest)
}
