// A script of a page, as a browser takes it. It is TypeScript as all code is, checked with the types of a browser (lab/tsconfig.browser.json); the types
// are taken off here, as Node takes them off the files that it runs, so that there is no build. Lines and columns stay as they are.
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'

/** @throws SyntaxError where the file is no TypeScript whose types can be erased */
export function browserScript(file: string | URL): string {
  const { emitWarning } = process
  // Node marks this as experimental by a warning on the terminal.
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(readFileSync(file, 'utf8'))
  } finally {
    process.emitWarning = emitWarning
  }
}
