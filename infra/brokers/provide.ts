/**
 * Where a broker comes from: the first source that serves. A source that the user named (an address, or one
 * in LAB_BROKERS) is used or fails: another one never takes its place in silence.
 */
import { address } from './address.ts'
import type { Broker, BrokerKind, ProvideOptions, Source, SourceName } from './broker.ts'
import { brokerKinds } from './broker.ts'
import { docker } from './docker.ts'
import { packages } from './packages.ts'

/** In the order of preference, after an address. */
const ofPrivateBrokers: Source[] = [packages, docker]

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
  const named = environment.LAB_BROKERS
  const allowed = ofPrivateBrokers.filter(({ name }) => !named || name === named)
  const refusals: string[] = []
  if (allowed.length === 0) {
    const names = ofPrivateBrokers.map(({ name }) => name).join(' or ')
    return { detail: '', refusals: [`LAB_BROKERS is "${named}": set it to ${names}, or unset it.`] }
  }
  for (const source of [address, ...allowed]) {
    const answer = await source.serves(kind, environment)
    if (answer.serves) return { source, detail: answer.detail, refusals }
    const sentence = `${answer.why} ${answer.wayOut}`.trim()
    if (answer.asked) return { detail: '', refusals: [sentence] }
    if (source.name === named) return { detail: '', refusals: [`LAB_BROKERS asks for ${named}. ${sentence}`] }
    refusals.push(sentence)
  }
  return { detail: '', refusals }
}
