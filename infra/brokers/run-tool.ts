/** Runs a tool of the machine to its end. Like every child it ends with the lab, and with `signal`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { startChild } from '#host/child.ts'

export type ToolOptions = { env?: NodeJS.ProcessEnv; cwd?: string; signal?: AbortSignal }

/** Resolves with all that it printed; rejects with one sentence that holds the line that explains most. */
export async function runTool(command: string, args: string[], options: ToolOptions = {}): Promise<string> {
  const { signal, ...place } = options
  signal?.throwIfAborted()
  const folder = mkdtempSync(join(tmpdir(), 'lab-tool-'))
  const file = join(folder, 'output')
  const child = startChild({ command, args, ...place, stdoutFile: file, stderrFile: file })
  const abort = (): void => child.kill()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    const { code, signal: killedBy } = await child.exited
    signal?.throwIfAborted()
    const output = readFileSync(file, 'utf8')
    if (code === 0) return output
    throw new Error(`${command} ended with ${code ?? killedBy}: ${explain(output)}`)
  } finally {
    signal?.removeEventListener('abort', abort)
    rmSync(folder, { recursive: true, force: true })
  }
}

function explain(output: string): string {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .filter(line => line.trim() !== '')
  const telling = lines.find(line => /^(\[ERROR\] .|E:|Err:)/.test(line)) ?? lines.at(-1) ?? 'it printed nothing.'
  return telling.trim().slice(0, 400)
}
