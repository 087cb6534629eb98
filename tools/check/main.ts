/**
 * `npm run check`: everything that can be known of the code without running it. Every step runs even if an
 * earlier one fails; a step that fails prints what it found; the exit code is 1 if any failed.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { readTextFiles } from './files.ts'
import { openapiComplaints } from './openapi-documents.ts'
import { RULES } from './rules.ts'

// Whoever reads only the beginning (`| head`) closes the pipe.
process.stdout.on('error', () => process.exit(1))

const root = process.cwd()
const files = readTextFiles(root)

type Outcome = { passed: boolean; output: string }
type Step = () => Promise<Outcome>

const steps: Record<string, Step> = {
  types: () => runTool('tsc', '--pretty', 'false'),
  'types of browser scripts': () => runTool('tsc', '--project', 'lab/tsconfig.browser.json', '--pretty', 'false'),
  lint: () => runTool('oxlint', '--type-aware', '--deny-warnings'),
  format: () => runTool('biome', 'format', '--reporter=summary', '.'),
  'unused code': () => runTool('knip', '--no-progress'),
  'OpenAPI documents': async () => outcomeOf(await openapiComplaints(root)),
}
for (const [name, rule] of Object.entries(RULES)) steps[name] = async () => outcomeOf(rule(files))

const passed = await Promise.all(Object.entries(steps).map(([name, step]) => report(name, step)))
if (passed.includes(false)) {
  console.log(`\n${passed.filter(ok => !ok).length} of ${passed.length} checks failed.`)
  process.exitCode = 1
}

async function report(name: string, step: Step): Promise<boolean> {
  const start = performance.now()
  const { passed: ok, output } = await step()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${ok ? styleText('green', '✔') : styleText('red', '✘')} ${name} (${seconds} s)`)
  if (!ok) console.log(output.trim().replaceAll(/^(?=.)/gm, '    '))
  return ok
}

function outcomeOf(complaints: readonly string[]): Outcome {
  return { passed: complaints.length === 0, output: complaints.join('\n') }
}

/** Runs an installed command-line tool to its end. One that cannot be started has not passed; its output says why. Never rejects. */
function runTool(name: string, ...args: string[]): Promise<Outcome> {
  return new Promise(resolve => {
    let output = ''
    const child = spawn(join(root, 'node_modules/.bin', name), args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      // With CI set oxlint colours its output even for a pipe, whatever NO_COLOR says.
      env: { ...process.env, CI: undefined },
    })
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.on('error', ({ message }) =>
      resolve({ passed: false, output: `${name} did not start: ${message}. Run npm ci.` }),
    )
    child.on('close', code => resolve({ passed: code === 0, output }))
  })
}
