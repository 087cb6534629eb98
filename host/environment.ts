// The environment that the lab gives to what it starts. What stands in the shell of whoever runs the lab (HOST, PREFIX,
// JAVA_TOOL_OPTIONS, NODE_OPTIONS, a locale, a proxy) was meant for other programs, and does not reach it.

/** What a process needs of the machine, and no service or broker reads as a setting. */
const OF_THE_MACHINE = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LD_LIBRARY_PATH']

/** One locale everywhere: with a Turkish one Java does not find the names of Kafka's own settings. */
const LOCALE = 'C.UTF-8'

export const ofTheMachine = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(OF_THE_MACHINE.map(name => [name, environment[name]])),
  LC_ALL: LOCALE,
})
