// What the page asks of the lab. What was refused is said in one sentence at the top of the page.
import type { ScriptAction } from '#engine/experiment/script-format.ts'
import type { DeadLetters, LaneFacts, Story } from './protocol.ts'
import { found, say } from './dom.ts'

const tellReader = (sentence: string): void => say(found('said'), sentence)

async function ask<Answer>(path: string, body?: unknown, tell = tellReader): Promise<Answer | undefined> {
  try {
    const response = await fetch(
      path,
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    )
    const answer = (await response.json()) as Answer & { sentence?: string }
    tell(response.ok ? '' : (answer.sentence ?? `The lab answered ${response.status}.`))
    if (response.ok) return answer
  } catch {
    tell('The lab does not answer: it may have ended.')
  }
  return undefined
}

export const perform = (models: readonly string[], action: ScriptAction) => ask('perform', { models, action })
export const playRandom = (models: readonly string[], seed: number) => ask('play', { models, seed })
export const judge = (model: string) => ask('judge', { model })
export const restart = (model: string, configuration: string) => ask('restart', { model, configuration })
export const storyOf = (model: string, index: number) => ask<Story>(`orders/${model}/${index}`)
/** It is asked again and again, and what was said of a press stays. */
export const readDeadLetters = (model: string) => ask<DeadLetters>(`dead-letters/${model}`, undefined, () => {})
export const readFacts = () => ask<LaneFacts[]>('facts')
