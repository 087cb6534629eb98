/**
 * A lane: one model with its services and broker, under a load that somebody sets, and all that is done to it.
 *
 * Guarantees: what was done is recorded as a script, and what failed is not in it; when the lane is judged all that was broken is put
 * right first, and the history is one that `lab judge` judges alike. Ends all that it started, whatever happens.
 */
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { explain } from '#common/contracts/errors.ts'
import type { ComparableModel, Configuration } from '#engine/experiment/comparison-adapter.ts'
import type { Script, ScriptAction, ScriptStep } from '#engine/experiment/script-format.ts'
import type { History } from '#engine/run/history.ts'
import { type Deployed, whileDeployed } from '#engine/run/run-variant.ts'
import type { ReadyModel } from '../session/environment.ts'
import { shownDeadLetters } from './dead-letters.ts'
import type { Counters, DeadLetters, LaneFacts, LaneFrame, LaneNews, Story } from './page/protocol.ts'
import { partsOf } from './parts.ts'
import { storyOf } from './story.ts'
import { OPENING_STOCK } from './state.ts'
import { beginWork, type Work } from './work.ts'

export type LaneOptions = {
  model: ComparableModel
  ready(): Promise<ReadyModel>
  configuration: Configuration
  round: number
  /** Begins the name of everything that it makes. */
  id: string
  seed: number
  /** Where its logs go. */
  folder: string
  signal: AbortSignal
}

export type Lane = {
  facts: LaneFacts
  /** Resolves when it is done. @throws Error in one sentence when it cannot be done */
  perform(action: ScriptAction): Promise<void>
  /** Performs the steps, each at its time from now. Resolves at once; a step that fails is told, and the others follow. @throws Error while another script is played */
  play(script: Script): void
  /** What is new since the last frame. */
  takeFrame(): LaneFrame
  story(index: number): Promise<Story | undefined>
  /** Undefined until it is at work. */
  deadLetters(): DeadLetters | undefined
  script(): Script
  /** Puts right what is broken, waits until all is quiet, and resolves with the history. The lane takes no more orders. */
  finish(): Promise<History>
  /** What the page says from now on, and what the checks of the result found. */
  tell(said: Pick<LaneFrame, 'phase' | 'sentence' | 'judged'>, found?: Partial<Counters>): void
  phase(): LaneFrame['phase']
  close(): Promise<void>
}

export function openLane(options: LaneOptions): Lane {
  const { model, round } = options
  const steps: ScriptStep[] = []
  const closing = Promise.withResolvers<void>()
  const closed = new AbortController()
  const said: Pick<LaneFrame, 'phase' | 'sentence' | 'judged'> = { phase: 'starting', sentence: 'starting' }
  const tell = (news: Partial<typeof said>): void => void Object.assign(said, news)
  let work: Work | undefined
  let endedMs = 0

  const begun = Promise.withResolvers<Work>()
  begun.promise.catch(() => {}) // the page says it
  const run = async (deployed: Deployed): Promise<void> => {
    work = beginWork({ ...options, ...deployed })
    tell({ phase: 'running', sentence: 'takes orders' })
    begun.resolve(work)
    try {
      await closing.promise
    } finally {
      await work.close()
    }
  }
  const done = deploy(options, line => tell({ phase: 'starting', sentence: line }), run).catch((error: unknown) => {
    begun.reject(error)
    if (options.signal.aborted) return
    tell({ phase: 'failed', sentence: explain(error) })
  })

  const perform = async (action: ScriptAction): Promise<void> => {
    const working = await begun.promise
    steps.push(await working.perform(action))
  }
  let playing = false
  return {
    facts: factsOf(options),
    perform,
    play(script) {
      if (playing) throw new Error('a script is being played')
      playing = true
      const toldOf = (action: ScriptAction) => perform(action).catch(error => tell({ sentence: explain(error) }))
      void performAll(script, toldOf, closed.signal).finally(() => (playing = false))
    },
    takeFrame: () => ({ ...(work?.takeNews() ?? nothingYet()), model: model.name, round, ...said }),
    deadLetters: () => work && shownDeadLetters(work),
    story: async index => work && storyOf(work, index, join(options.folder, 'logs')),
    script: () => scriptOf(options, steps, endedMs),
    async finish() {
      closed.abort()
      const working = await begun.promise
      await perform({ action: 'rate', ordersPerSecond: 0 })
      endedMs = working.nowMs()
      steps.push(...(await working.putRight()))
      return working.finish()
    },
    tell(news, found = {}) {
      tell(news)
      work?.showFound(found)
    },
    phase: () => said.phase,
    async close() {
      closed.abort()
      closing.resolve()
      await done
    },
  }
}

const scriptOf = ({ model, configuration, seed }: LaneOptions, steps: ScriptStep[], endedMs: number): Script => ({
  format: 1,
  seed,
  seconds: Math.max(1, endedMs) / 1_000,
  configurations: { [model.name]: configuration.name },
  steps: steps.toSorted((one, other) => one.atMs - other.atMs),
})

/** Each at its time from now, until it is aborted. The rate is left as it is: it is the reader's. */
async function performAll(
  { steps }: Script,
  perform: (action: ScriptAction) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const beganMs = performance.now()
  for (const { atMs, ...action } of steps) {
    await wait(Math.max(0, beganMs + atMs - performance.now()), undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    // One that waits for its part holds up no other.
    if (action.action !== 'rate') void perform(action)
  }
}

async function deploy(
  { model, ready, configuration, id, folder, signal }: LaneOptions,
  onProgress: (line: string) => void,
  run: (deployed: Deployed) => Promise<void>,
): Promise<void> {
  onProgress(model.brokers.length > 0 ? `starting ${model.brokers.join(', ')}` : 'starting')
  const { open, lasting } = await ready()
  await whileDeployed(
    {
      model,
      variant: configuration,
      open,
      lasting,
      id,
      logFolder: join(folder, 'logs'),
      openingStock: OPENING_STOCK,
      onProgress,
      signal,
    },
    run,
  )
}

const factsOf = ({ model, round, configuration: { name, environment } }: LaneOptions): LaneFacts => ({
  model: model.name,
  round,
  parts: partsOf(model, environment),
  configurations: model.comparison.configurations.map(each => ({ name: each.name, about: each.about })),
  configuration: name,
  hasDeadLetters: model.features.includes('dead-letters'),
})

const nothingYet = (): LaneNews => ({
  nowMs: 0,
  ordersPerSecond: 0,
  oneIn: 1,
  orders: [],
  seconds: [],
  counters: {
    sent: 0,
    accepted: 0,
    reserved: 0,
    failed: 0,
    notified: 0,
    undecided: 0,
    lost: 0,
    duplicated: 0,
    oversold: 0,
    unexpected: 0,
    deadLetters: 0,
    ageMs: 0,
  },
  parts: [],
  marks: [],
  duplicating: false,
})
