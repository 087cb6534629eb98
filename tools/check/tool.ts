/** Runs one of the installed command-line tools to its end, and keeps its output. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

export type Finding = { passed: boolean; output: string }

/** A tool that cannot be started has not passed; its output says why. Never rejects. */
export function runTool(root: string, name: string, args: readonly string[]): Promise<Finding> {
  return new Promise(resolve => {
    let output = ''
    const keep = (chunk: string): void => {
      output += chunk
    }
    const child = spawn(join(root, 'node_modules/.bin', name), args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      // With CI set oxlint colours its output even for a pipe, whatever NO_COLOR says.
      env: { ...process.env, CI: undefined },
    })
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.on('error', ({ message }) =>
      resolve({ passed: false, output: `${name} did not start: ${message}. Run npm ci.` }),
    )
    child.on('close', code => resolve({ passed: code === 0, output }))
  })
}
