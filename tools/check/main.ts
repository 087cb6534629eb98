/**
 * `npm run check`: everything that can be known of the code without running it. Every step runs even if an
 * earlier one fails; a step that fails prints what it found; the exit code is 1 if any failed.
 */
import { styleText } from 'node:util'
import { readTextFiles } from './files.ts'
import { validOpenapiDocuments } from './openapi-documents.ts'
import { RULES } from './rules.ts'
import { type Finding, runTool } from './tool.ts'

// Whoever reads only the beginning (`| head`) closes the pipe.
process.stdout.on('error', () => process.exit(1))

const root = process.cwd()
const files = readTextFiles(root)

type Step = () => Finding | Promise<Finding>

const tools: Record<string, Step> = {
  types: () => runTool(root, 'tsc', ['--pretty', 'false']),
  lint: () => runTool(root, 'oxlint', ['--type-aware', '--deny-warnings']),
  format: () => runTool(root, 'biome', ['format', '--reporter=summary', '.']),
  'unused code': () => runTool(root, 'knip', ['--no-progress']),
  'OpenAPI documents': () => validOpenapiDocuments(root),
}
const rules = Object.entries(RULES).map(([name, rule]): [string, Step] => [
  name,
  () => {
    const complaints = rule(files)
    return { passed: complaints.length === 0, output: complaints.join('\n') }
  },
])

const passed = await Promise.all([...Object.entries(tools), ...rules].map(([name, step]) => report(name, step)))
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
