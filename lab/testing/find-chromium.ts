/** The browser of the tests that need one. */
import { existsSync } from 'node:fs'
import { findCommand } from '#infra/brokers/machine-tools.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Its path: that of LAB_CHROMIUM, or the first that is installed. @throws Error with one sentence that says how to fix it */
export function findChromium(environment: NodeJS.ProcessEnv): string {
  const named = environment.LAB_CHROMIUM
  if (named && existsSync(named)) return named
  if (named) throw new Error(`LAB_CHROMIUM is "${named}", and there is no such file; correct it, or unset it.`)
  const [found] = NAMES.flatMap(name => findCommand(name, environment) ?? [])
  if (found !== undefined) return found
  throw new Error('Chromium is missing: install it (apt-get install chromium), or set LAB_CHROMIUM to its path.')
}
