/** Which test files the user means. */

export type Choice = { files: string[]; problem?: string }

/** How the name of a test file ends: of those that `npm test` runs, that need a container engine, and that need a browser. */
export type Ending = '.test.ts' | '.compose-test.ts' | '.browser-test.ts'

/** All test files without words, else those whose path contains any of them; a word that matches nothing is a problem. */
export function chooseTests(paths: readonly string[], words: readonly string[], ending: Ending = '.test.ts'): Choice {
  const tests = paths.filter(path => path.endsWith(ending))
  const idle = words.find(word => !tests.some(path => path.includes(word)))
  if (idle !== undefined) {
    return { files: [], problem: `No test file has "${idle}" in its path; give a part of one, for example sync-rest.` }
  }
  return { files: tests.filter(path => words.length === 0 || words.some(word => path.includes(word))) }
}
