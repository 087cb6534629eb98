// Where runs are, and how one is found again.
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parse } from '#common/contracts/parse.ts'
import type { Summary } from '#engine/run/summary.ts'
import { SummarySchema } from './summary-schema.ts'
import { unknownName, UsageError } from '../cli/usage.ts'

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
  if (run.includes('/') && existsSync(run))
    throw new UsageError(`${run} holds no summary.json: it is the folder of no run.`)
  const known = list(runs)
  if (known.length === 0 || run === 'latest')
    throw new UsageError(`There is no run "${run}": nothing has been run yet; try npm start.`)
  throw unknownName('run', basename(run), [...known.slice(-5), 'latest'])
}

/** @throws UsageError that names the file */
export function parseSummary(text: string, file: string): Summary {
  try {
    return parse(SummarySchema, JSON.parse(text), file)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${shortPath(file)} is not a summary that this version can read (${why}); run it again.`)
  }
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
