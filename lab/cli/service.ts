// `npm run service -- <model>/<service> [arguments]`: one service alone, in this process, configured by environment variables.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { models } from '../session/registry.ts'
import { USAGE } from './command-line.ts'
import { ROOT } from '../session/run-folder.ts'
import { unknownName } from './usage.ts'

const EXAMPLE = 'npm run service -- sync-rest/order_service'

const names = models.flatMap(model => model.services.map(({ name }) => `${model.name}/${name}`))
const [name, ...rest] = process.argv.slice(2)

if (name === undefined || name === '--help' || name === '-h') {
  const out = name === undefined ? process.stderr : process.stdout
  out.write(`Usage: npm run service -- <model>/<service>\nServices: ${names.join(', ')}\nExample: ${EXAMPLE}\n`)
  process.exitCode = name === undefined ? USAGE : 0
} else if (!names.includes(name)) {
  process.stderr.write(`${unknownName('service', name, names).message}\n`)
  process.exitCode = USAGE
} else {
  const main = join(ROOT, name, 'main.ts')
  // A service with its own command line finds its arguments at their usual positions.
  process.argv = [process.execPath, main, ...rest]
  // An address, in which `#`, `?` and `%` of a path are escaped.
  await import(pathToFileURL(main).href)
}
