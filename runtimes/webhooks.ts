// Where the services of a variant send their webhooks: to the load generator, whose clients are told by them.
import type { Opening } from '#engine/experiment/runtime.ts'

/** The environment of its services. @param generator the host of the load generator, as the services see it */
export function withWebhooks(
  { model, environment, webhook }: Pick<Opening, 'model' | 'environment' | 'webhook'>,
  generator: string,
): Opening['environment'] {
  if (!webhook) return environment
  const own = { WEBHOOK_URL: `http://${generator}:${webhook.port}/`, WEBHOOK_SECRET: webhook.secret }
  return { ...environment, [model.entry]: { ...own, ...environment[model.entry] } }
}
