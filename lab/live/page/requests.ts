// What the page asks of the lab. What was refused is said in one sentence at the top of the page.
import type { ScriptAction } from '#engine/experiment/script-format.ts'
import type { LaneFacts, Story } from './protocol.ts'
import { found, say } from './dom.ts'

async function ask<Answer>(path: string, body?: unknown): Promise<Answer | undefined> {
  const said = found('said')
  try {
    const response = await fetch(
      path,
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    )
    const answer = (await response.json()) as Answer & { sentence?: string }
    say(said, response.ok ? '' : (answer.sentence ?? `The lab answered ${response.status}.`))
    if (response.ok) return answer
  } catch {
    say(said, 'The lab does not answer: it may have ended.')
  }
  return undefined
}

export const perform = (models: readonly string[], action: ScriptAction) => ask('perform', { models, action })
export const playRandom = (models: readonly string[], seed: number) => ask('play', { models, seed })
export const judge = (model: string) => ask('judge', { model })
export const restart = (model: string, configuration: string) => ask('restart', { model, configuration })
export const storyOf = (model: string, index: number) => ask<Story>(`orders/${model}/${index}`)
export const readFacts = () => ask<LaneFacts[]>('facts')
