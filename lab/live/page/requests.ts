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
    if (response.ok) return answer
    say(said, answer.sentence ?? `The lab answered ${response.status}.`)
  } catch {
    say(said, 'The lab does not answer: it may have ended.')
  }
  return undefined
}

export async function perform(models: readonly string[], action: ScriptAction): Promise<void> {
  if (await ask('perform', { models, action })) say(found('said'), '')
}

export const playRandom = (models: readonly string[], seed: number) => ask('play', { models, seed })
export const judge = (model: string) => ask('judge', { model })
export const restart = (model: string, configuration: string) => ask<LaneFacts[]>('restart', { model, configuration })
export const storyOf = (model: string, index: number) => ask<Story>(`orders/${model}/${index}`)
export const readFacts = () => ask<LaneFacts[]>('facts')
