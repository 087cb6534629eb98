/** The broker that all tests share. A test never starts one for itself, unless it is about to break it. */

const VARIABLES = { rabbitmq: 'LAB_TEST_RABBITMQ_URL', kafka: 'LAB_TEST_KAFKA_BROKERS' }

/** Its address; throws one sentence where there is none, so that a test without its broker fails. */
export function testBroker(kind: keyof typeof VARIABLES, environment: NodeJS.ProcessEnv = process.env): string {
  const variable = VARIABLES[kind]
  const address = environment[variable]
  if (address) return address
  throw new Error(`${variable} is not set: run the tests with npm test, which starts the brokers that they need.`)
}
