/**
 * Which room may import which. Counts `import type` like any import. The rule that matters most: a service
 * imports nothing that measures it (engine, host, runtimes, lab, its model's `lab/`), and one model never imports another.
 * Cycles between files are found by the linter (`import/no-cycle`).
 */

const MODELS = ['sync-rest', 'async-rabbitmq', 'streaming-kafka']

/** From left to right: a room imports from itself and from those to its left. */
const COMMON = ['contracts', 'workflow', 'stores', 'service', 'messaging', 'faults'].map(name => `common/${name}`)

/** What each room may import beside itself. `services` and `model/lab` mean those of the same model. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(COMMON.map((room, at) => [room, COMMON.slice(0, at)])),
  services: COMMON,
  'common/testing': COMMON,
  host: ['common/contracts'],
  infra: ['common/contracts', 'host'],
  // Before `engine`, of which it is no part: a judge of the checks shares no code with them, nor with what computes or reads a history.
  'engine/second-judge': [],
  engine: ['common/contracts', 'host'],
  runtimes: ['common/contracts', 'host', 'infra', 'engine'],
  'model/lab': [...COMMON, 'services', 'host', 'engine'],
  conformance: [...COMMON, 'host', 'engine', 'runtimes'],
  'model/tests': [...COMMON, 'services', 'host', 'engine', 'model/lab'],
  lab: [...COMMON, 'host', 'infra', 'engine/second-judge', 'engine', 'runtimes', 'model/lab', 'model/tests'],
  tools: [...COMMON, 'services', 'host', 'infra', 'engine', 'runtimes', 'model/lab', 'lab'],
}

/** Tests and fixtures stand outside of the layers: real brokers, the suite, the command line. */
const TESTS_MAY_IMPORT = Object.keys(ROOMS).filter(room => room !== 'tools')

/** A client library has one home, so that what is special about it is read in one place. */
const HOMES = [
  { client: 'rabbitmq-client', home: 'async-rabbitmq/broker' },
  { client: '@platformatic/kafka', home: 'streaming-kafka/broker/client.ts' },
]

/**
 * One sentence for each import that breaks a rule, none when all is well. `imports` maps each file to what it imports:
 * files by their path from the root, packages by their name.
 */
export function forbiddenImports(imports: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(imports).flatMap(([file, targets]) => {
    if (!roomOf(file)) return [`${file} is in none of the rooms that may hold code: ${Object.keys(ROOMS).join(', ')}.`]
    return targets.flatMap(target => complaint(file, target) ?? [])
  })
}

function complaint(file: string, target: string): string | undefined {
  const client = HOMES.find(each => target === each.client || target.startsWith(`${each.client}/`))
  if (client) {
    if (file === client.home || file.startsWith(`${client.home}/`) || isTest(file) || file.startsWith('infra/'))
      return undefined
    return `${file} imports ${target}, which only ${client.home} may import.`
  }
  if (!target.endsWith('.ts')) return undefined
  const to = roomOf(target)
  if (!to) return `${file} imports ${target}, which is in none of the rooms that may hold code.`
  const from = roomOf(file) ?? ''
  const models = [modelOf(file), modelOf(target)]
  if (models[0] && models[1] && models[0] !== models[1])
    return `${file} imports ${target}: models do not know each other.`
  if (isTest(target) && !isTest(file) && !file.startsWith('tools/'))
    return `${file} imports ${target}, a fixture: only tests may.`
  if (from === to || ROOMS[from]?.includes(to) || (isTest(file) && TESTS_MAY_IMPORT.includes(to))) return undefined
  return `${file} imports ${target}: ${from} may not import ${to}.`
}

/** A test, a fixture of tests, or the suite that tests register. */
const isTest = (file: string): boolean =>
  /\.((compose|browser)-)?test\.ts$/.test(file) || /(^|\/)(testing|tests\/support)\/|^conformance\//.test(file)

const modelOf = (file: string): string | undefined => MODELS.find(model => file.startsWith(`${model}/`))

function roomOf(file: string): string | undefined {
  const model = modelOf(file)
  if (model)
    return (
      ['lab', 'tests'].flatMap(part => (file.startsWith(`${model}/${part}/`) ? `model/${part}` : []))[0] ?? 'services'
    )
  return Object.keys(ROOMS).find(room => file.startsWith(`${room}/`))
}
