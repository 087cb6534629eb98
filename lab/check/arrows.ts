/**
 * The order of the folders: a file imports from its own folder and from those to its left, and the three
 * models do not know each other. Brokers (infra) stand beside the row: they know the kit, and only the lab
 * knows them, except in tests, which need real ones.
 */

const MODELS = ['sync-rest', 'async-rabbitmq', 'streaming-kafka']

/** From left to right; those of one line may not import each other. */
const ROW = [
  ['common/contracts'],
  ['common/workflow'],
  ['common/stores'],
  ['common/kit'],
  ['common/faults'],
  ['common/experiment'],
  ['common/conformance'],
  MODELS,
  ['lab'],
]

const BESIDE = 'infra'
const FOLDERS = [...ROW.flat(), BESIDE]

/** A client library has one home, so that what is special about it is read in one place. */
const HOMES = [
  { client: 'rabbitmq-client', home: 'async-rabbitmq/broker', lives: /^async-rabbitmq\/broker(\.ts$|\/)/ },
  { client: '@platformatic/kafka', home: 'streaming-kafka/broker', lives: /^streaming-kafka\/broker(\.ts$|\/)/ },
]

/**
 * One sentence for each import that goes against the arrows, none when all go with them. `imports` maps each
 * file to what it imports: files by their path from the root, packages by their name.
 */
export function againstTheArrows(imports: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(imports).flatMap(([file, targets]) => {
    if (!folderOf(file)) return [`${file} is in none of the folders that may hold code: ${FOLDERS.join(', ')}.`]
    return targets.flatMap(target => complaint(file, target) ?? [])
  })
}

function complaint(file: string, target: string): string | undefined {
  const homeless = HOMES.find(({ client }) => target === client || target.startsWith(`${client}/`))
  if (homeless) {
    if (homeless.lives.test(file) || isTest(file) || folderOf(file) === BESIDE) return undefined
    return `${file} imports ${target}, which only ${homeless.home} may import.`
  }
  if (!target.endsWith('.ts')) return undefined
  const from = folderOf(file)
  const to = folderOf(target)
  if (!to) return `${file} imports ${target}, which is in none of the folders that may hold code.`
  if (!from || from === to || mayImport(from, to) || (isTest(file) && mayTest(file, to))) return undefined
  return `${file} imports ${target}: the arrows do not lead from ${from} to ${to}.`
}

function mayImport(from: string, to: string): boolean {
  if (from === BESIDE) return to === 'common/kit'
  if (to === BESIDE) return from === 'lab'
  return place(to) < place(from)
}

/** A test of common/ or of a model asks real brokers, and the suite that every model passes. */
function mayTest(file: string, to: string): boolean {
  if (to !== BESIDE && to !== 'common/conformance') return false
  return file.startsWith('common/') || MODELS.some(model => file.startsWith(`${model}/tests/`))
}

function isTest(file: string): boolean {
  return /\.(compose-)?test\.ts$/.test(file)
}

function place(folder: string): number {
  return ROW.findIndex(folders => folders.includes(folder))
}

function folderOf(path: string): string | undefined {
  return FOLDERS.find(folder => path.startsWith(`${folder}/`))
}
