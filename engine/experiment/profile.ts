// The two sets of values with which an experiment runs.

export const PROFILES = ['quick', 'full'] as const
/** `full` has the values that the lab stands for; `quick` is the same with shorter waits, for tests. */
export type Profile = (typeof PROFILES)[number]

/** Numbers of a profile, with their units in their names. */
export type Settings = Record<string, number>
