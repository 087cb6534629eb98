// Loaded by npm's scripts before anything else, in plain JavaScript that every Node runs: without what `npm ci` installs, the
// project's own Node among it, not even `doctor` could start to say what is missing. With it, what Node compiles is kept, so
// that a command starts on little more than half of the CPU.
const { existsSync } = require('node:fs')
const { delimiter, join } = require('node:path')

const HOW = 'run npm ci, which also installs the Node that the project needs'

if (!existsSync(join(__dirname, '../../node_modules/commander'))) refuse(`The project is not installed here: ${HOW}.`)
else if (!process.features.typescript && __dirname.includes(delimiter))
  refuse(
    'npm cannot use the Node that is installed here, because a colon in a path separates two: move the project, or install Node 24.',
  )
else if (!process.features.typescript)
  refuse(`Node ${process.version} cannot run TypeScript: ${HOW}, without --omit=optional, or install Node 24.`)
else keepCompiled()

/** Where its folder cannot be made the command says so itself; Node alone would never return where no folder may be. */
function keepCompiled() {
  const folder = require('../../host/folders.ts').compiledFolder()
  try {
    require('../../common/contracts/make-folder.ts').makeFolder(folder)
  } catch {
    return
  }
  require('node:module').enableCompileCache(folder)
}

/** @param {string} sentence */
function refuse(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(3)
}
