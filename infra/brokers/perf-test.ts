// RabbitMQ's own performance tool, PerfTest: fetched once by Maven into the cache, and run by Java.
import { ofTheMachine } from '#host/environment.ts'
import type { ProvideOptions } from './broker.ts'
import { findJava, runTool } from './machine-tools.ts'
import { fetchJars, type JarSet } from './maven-jars.ts'

const JARS: JarSet = { name: 'PerfTest', megabytes: 8, settings: 'infra/perf-test' }

/** Runs it to its end and resolves with what it printed. @throws Error in one sentence, such as one that says that Maven is missing */
export async function runPerfTest(args: readonly string[], options: ProvideOptions): Promise<string> {
  const java = await findJava(options.environment)
  const { jars } = await fetchJars(JARS, options)
  const jvm = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:-UsePerfData', '-Djava.awt.headless=true', '-cp', jars.join(':')]
  const env = ofTheMachine(process.env)
  return runTool(java.command, [...jvm, 'com.rabbitmq.perf.PerfTest', ...args], { env, signal: options.signal })
}
