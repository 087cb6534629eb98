// `npm run service -- <model>/<service> [arguments]`: one service alone, in this process, configured by environment.
import { join, resolve } from 'node:path'
import { models } from '../session/registry.ts'
import { USAGE } from './command-line.ts'
import { unknownName } from './usage.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const EXAMPLE = 'npm run service -- sync-rest/order_service'

const known = models.flatMap(model => model.services.map(({ name }) => `${model.name}/${name}`))
const [name, ...rest] = process.argv.slice(2)

if (name === undefined || name === '--help' || name === '-h') {
  const out = name === undefined ? process.stderr : process.stdout
  out.write(`Usage: npm run service -- <model>/<service>\nServices: ${known.join(', ')}\nExample: ${EXAMPLE}\n`)
  process.exitCode = name === undefined ? USAGE : 0
} else if (!known.includes(name)) {
  process.stderr.write(`${unknownName('service', name, known).message}\n`)
  process.exitCode = USAGE
} else {
  const main = join(ROOT, name, 'main.ts')
  // A service with a command line of its own finds its arguments where it would if it had been started directly.
  process.argv = [process.execPath, main, ...rest]
  await import(main)
}
