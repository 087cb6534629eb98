// Settings from the environment, each read once, at the start; a wrong one is refused in one sentence.

/** A wrong setting; its message is for the person who starts the service. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

export type Environment = Record<string, string | undefined>

export type Setting<Value> = {
  /** Its purpose, as the READMEs say it. */
  about: string
  /** The default as it would be set in the environment; undefined when there is none. */
  fallback: string | undefined
  /** A wrong value is not shown: it may be nearly the right one. */
  isSecret?: true
  /** @throws Error that says what is expected */
  read(text: string): Value
}

export const text = (fallback: string, about: string): Setting<string> => ({ about, fallback, read: value => value })

export function integer(fallback: number, about: string, { min = 0, max = 2 ** 31 } = {}): Setting<number> {
  return {
    about,
    fallback: String(fallback),
    read(value) {
      const number = Number(value)
      if (/^-?\d+$/.test(value) && number >= min && number <= max) return number
      throw new Error(`a whole number from ${min} to ${max}`)
    },
  }
}

export const port = (fallback: number): Setting<number> =>
  integer(fallback, 'the port that it listens on; 0 lets the system choose', { max: 65_535 })

export function oneOf<const Word extends string>(words: readonly Word[], fallback: Word, about: string): Setting<Word> {
  return {
    about,
    fallback,
    read(value) {
      const word = words.find(candidate => candidate === value)
      if (word !== undefined) return word
      throw new Error(`one of ${words.join(', ')}`)
    },
  }
}

export function httpUrl(fallback: string, about: string): Setting<string> {
  return {
    about,
    fallback,
    read(value) {
      if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value.replace(/\/$/, '')
      throw new Error('an http:// or https:// address')
    },
  }
}

/** Variables by the name that they had in version 0.1. They are refused for one version (decision 013). */
const RENAMED: Readonly<Record<string, string>> = { W: 'CONCURRENCY', ORDER_TWICE: 'ORDER_DUPLICATE' }

/** @throws ConfigError where a variable is set under its old name, which nobody reads any more. */
export function refuseRenamed(environment: Environment): void {
  for (const [before, now] of Object.entries(RENAMED))
    if (environment[before]) throw new ConfigError(`${before} is now called ${now}; set ${now}, and unset ${before}`)
}

export type Values<Settings> = { [Name in keyof Settings]: Settings[Name] extends Setting<infer Value> ? Value : never }

/** @throws ConfigError that names every wrong variable, its value and what is expected. */
export function readConfig<Settings extends Record<string, Setting<unknown>>>(
  settings: Settings,
  environment: Environment,
): Values<Settings> {
  const wrong: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, { fallback, about, isSecret, read }] of Object.entries(settings)) {
    const given = environment[name] || fallback
    try {
      if (given === undefined) wrong.push(`${name} is not set (${about})`)
      else values[name] = read(given)
    } catch (error) {
      const shown = isSecret ? 'is wrong' : `is "${given}"`
      wrong.push(`${name} ${shown}; expected ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (wrong.length > 0) throw new ConfigError(wrong.join('; '))
  return values as Values<Settings>
}
