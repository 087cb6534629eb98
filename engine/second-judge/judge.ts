/**
 * The second judge: six claims that the checks judge too, and one that only it judges, about the JSON of a history. It shares no
 * code with the checks, so that a mistake in them is one that two programs would have to make.
 */
import { BROKEN, oversold } from './claims.ts'
import { kitchensOf } from './kitchens.ts'
import { isLinearizable } from './linearizable.ts'
import { orderByOrder, readStory, type Story } from './read.ts'

/** `found`: the orders, positions of stock or kitchens that break the claim. */
export type Judgement = { claim: string; verdict: 'valid' | 'invalid' | 'unknown'; found: string[] }

/** No check has this name. */
export const LINEARIZABLE = 'linearizable'

/** @throws Error when it is not the JSON of a history */
export function judgeAgain(json: unknown): Judgement[] {
  const story = readStory(json)
  // Where nothing was requested, nothing is claimed.
  if (story.requests === 0) return []
  return [
    ...Object.entries(BROKEN).map(([claim, isBroken]) =>
      judgementOf(
        claim,
        [...orderByOrder(story.facts)].flatMap(facts => (isBroken(facts) && facts[0] ? [facts[0].order] : [])),
      ),
    ),
    judgementOf('oversold', oversold(story)),
    linearizable(story),
  ]
}

const judgementOf = (claim: string, found: string[]): Judgement => ({
  claim,
  verdict: found.length > 0 ? 'invalid' : 'valid',
  found,
})

/** One kitchen by itself: what happens in another one does not change its stock. */
function linearizable(story: Story): Judgement {
  const kitchens = kitchensOf(story).map(({ name, opening, operations }) => ({
    name,
    verdict: isLinearizable(operations, opening),
  }))
  const found = kitchens.filter(({ verdict }) => verdict === 'invalid').map(({ name }) => name)
  const isUnknown = found.length === 0 && kitchens.some(({ verdict }) => verdict === 'unknown')
  return { ...judgementOf(LINEARIZABLE, found), ...(isUnknown && { verdict: 'unknown' }) }
}
