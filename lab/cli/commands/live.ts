// `lab live`: the models side by side on a page, with switches for all that can be broken, until Ctrl-C.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import { isFree } from '#host/ports.ts'
import { MOST_PER_SECOND } from '#engine/experiment/script-format.ts'
import { openEnvironment, requireRuntime } from '../../session/environment.ts'
import { models } from '../../session/registry.ts'
import { makeRunFolder, newSummary } from '../../session/run.ts'
import { RUNS, shortPath } from '../../session/run-folder.ts'
import { openDataFolder, sweep } from '../../session/sweep.ts'
import { exitCodeOf, listenForInterrupt } from '../command-line.ts'
import { readSeed } from '../run-command.ts'
import { findNamed, UsageError, wholeNumber } from '../usage.ts'

type LiveOptions = { rate: number; seed: number; port: number; out?: string; open: boolean }

/** Orders a second of each model, unless it is told otherwise. */
export const USUAL_RATE = 20

export function addLiveCommand(program: Command): void {
  program
    .command('live')
    .description('watch the models side by side on a page, and break them by hand; until Ctrl-C')
    .argument('[model...]', `${models.map(({ name }) => name).join(', ')} (default: all)`)
    .option(
      '--rate <number>',
      'orders a second of each model when it begins',
      wholeNumber(0, MOST_PER_SECOND),
      USUAL_RATE,
    )
    .option('--seed <number>', 'the same seed gives the same orders', readSeed, 1)
    .option('--port <number>', 'of the page, on loopback (default: a free one)', wholeNumber(0, 65_535), 0)
    .option('--out <folder>', 'the parent of the folder of the results (default: runs)')
    .option('--no-open', 'print the address, and open no browser')
    .addHelpText(
      'after',
      '\nExample: npm run lab -- live\n         npm run lab -- live sync-rest async-rabbitmq --rate 100',
    )
    .action((names: string[], options: LiveOptions) =>
      live(names.length === 0 ? models : names.map(name => findNamed('model', name, models)), options),
    )
}

/** Of the page. @throws UsageError where it is taken */
async function requireFree(port: number): Promise<void> {
  if (port === 0 || (await isFree(port))) return
  throw new UsageError(`Port ${port} is in use: give --port another one, or leave it out for one that is free.`)
}

/** Resolves after Ctrl-C. @param options `port`: 0 for one that is free. @throws Error in one sentence where it cannot begin */
export async function live(
  chosen: readonly ComparableModel[],
  { rate, seed, port, out, open }: LiveOptions,
): Promise<void> {
  await requireRuntime('processes')
  await requireFree(port)
  // Other commands need none of its server.
  const [{ openLiveServer }, { openLiveSession }] = await Promise.all([
    import('../../live/server.ts'),
    import('../../live/session.ts'),
  ])
  const beganMs = performance.now()
  const summary = newSummary({ experiments: [], seed, profile: 'full', runtime: 'processes' })
  const folder = join(resolve(out ?? RUNS), summary.run)
  const signal = listenForInterrupt()
  makeRunFolder(folder)
  await sweep(line => console.log(line), signal)
  const data = openDataFolder(summary.run, { prefix: `lab-${summary.run.slice(-4)}` })
  const progress = (task: string, line: string) => console.log(`${task}: ${line}`)
  const environment = openEnvironment('processes', {
    run: summary.run,
    dataFolder: data.path,
    signal,
    onProgress: progress,
  })
  const session = openLiveSession({
    models: [...new Set(chosen)],
    environment,
    summary,
    folder,
    beganMs,
    ordersPerSecond: rate,
    signal,
  })
  try {
    const server = await openLiveServer(session, port)
    try {
      console.log(`The page: ${server.address}\nCtrl-C ends it, with all that it started.`)
      if (open) openBrowser(server.address, data.path)
      if (!signal.aborted) await once(signal, 'abort')
    } finally {
      await server.close()
    }
  } finally {
    await session.close()
    await environment.keepOnly([])
    data.remove()
  }
  if (summary.results.length === 0) return console.log('Nothing was judged.')
  for (const { model, experiment, verdict } of summary.results) console.log(`${verdict} ${model}/${experiment}`)
  console.log(`Results: ${shortPath(folder)}/report.html`)
  process.exitCode = exitCodeOf(summary)
}

/**
 * By a file that only this user can read: whoever sees the command of the browser would see the token in it. Where there is no
 * browser the address is printed all the same.
 */
function openBrowser(address: string, folder: string): void {
  const file = join(folder, 'live.html')
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${address}">`, { mode: 0o600 })
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open'
  spawn(command, [file], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}
