/**
 * Where a broker comes from: the first source that serves. A source that the user named (an address) is
 * used or fails: another one never takes its place in silence.
 */
import { address } from './address.ts'
import type { Broker, BrokerKind, ProvideOptions, Source, SourceName } from './broker.ts'
import { brokerKinds } from './broker.ts'
import { packages } from './packages.ts'

/** In the order of preference; another one, such as containers, is one more entry. */
const sources: Source[] = [address, packages]

/** Resolves when the broker serves; rejects with one sentence that says what to install or set. */
export async function provideBroker(kind: BrokerKind, options: ProvideOptions): Promise<Broker> {
  const { source, refusals } = await choose(kind, options.environment)
  options.signal.throwIfAborted()
  if (source) return source.provide(kind, options)
  throw new Error(refusals.join(' '))
}

/** One line of `lab doctor`: what would be used, or what is missing and the way out. */
export type BrokerSurvey = { kind: BrokerKind; source?: SourceName; detail: string }

/** Looks only: nothing is downloaded or started. */
export async function surveyBrokers(environment: NodeJS.ProcessEnv): Promise<BrokerSurvey[]> {
  const survey = async (kind: BrokerKind): Promise<BrokerSurvey> => {
    const { source, detail, refusals } = await choose(kind, environment)
    return source ? { kind, source: source.name, detail } : { kind, detail: refusals.join(' ') }
  }
  return Promise.all(brokerKinds.map(survey))
}

type Choice = { source?: Source; detail: string; refusals: string[] }

async function choose(kind: BrokerKind, environment: NodeJS.ProcessEnv): Promise<Choice> {
  const refusals: string[] = []
  for (const source of sources) {
    const answer = await source.serves(kind, environment)
    if (answer.serves) return { source, detail: answer.detail, refusals }
    const sentence = `${answer.why} ${answer.wayOut}`
    if (answer.asked) return { detail: '', refusals: [sentence] }
    refusals.push(sentence)
  }
  return { detail: '', refusals }
}
