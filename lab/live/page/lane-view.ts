// One lane of the page: its verdicts, its picture, its curves and its switches.
import type { Counters, LaneFacts, LaneFrame } from './protocol.ts'
import { button, loadControls, messageControls, numberInput, partCard, type Press } from './controls.ts'
import { createCurves } from './curves.ts'
import { createDeadLetters } from './dead-letters-view.ts'
import { element, say } from './dom.ts'
import { createFlow } from './flow.ts'
import { judge, restart } from './requests.ts'
import { showStory } from './story-view.ts'

export type LaneView = { box: HTMLElement; round: number; take(frame: LaneFrame, isWhole: boolean): void; draw(): void }

const ACCENTS: Record<string, string> = {
  'sync-rest': 'rest',
  'async-rabbitmq': 'rabbitmq',
  'streaming-kafka': 'kafka',
}

type Tile = { name: keyof Counters; text: string; title: string; kind?: 'never' | 'waits' }
const TILES: readonly Tile[] = [
  { name: 'lost', text: 'lost', title: 'accepted, and nowhere to be found', kind: 'never' },
  { name: 'duplicated', text: 'duplicated', title: 'reserved or notified more than once', kind: 'never' },
  {
    name: 'oversold',
    text: 'oversold',
    title: 'kitchens and skus of which more was reserved than there was',
    kind: 'never',
  },
  { name: 'unexpected', text: 'unexpected', title: 'an effect that nobody requested', kind: 'never' },
  { name: 'undecided', text: 'undecided', title: 'accepted, and without an outcome so far', kind: 'waits' },
  { name: 'deadLetters', text: 'dead letters', title: 'messages that were set aside', kind: 'waits' },
  { name: 'sent', text: 'sent', title: '' },
  { name: 'accepted', text: 'accepted', title: 'answered 2xx' },
  { name: 'reserved', text: 'reserved', title: '' },
  { name: 'failed', text: 'failed', title: 'with a reason' },
  { name: 'notified', text: 'notified', title: '' },
]

export function createLane(facts: LaneFacts, press: Press): LaneView {
  const { model, round } = facts
  const flow = createFlow(facts, index => void showStory(model, index))
  const curves = createCurves()
  const cards = facts.parts.map(part => ({ name: part.name, card: partCard(part, press) }))
  const tiles = TILES.map(tileOf)
  const sentence = element('span', { className: 'soft', attrs: { role: 'status' } })
  const age = element('span', { className: 'soft' })
  const load = loadControls(press)
  const marks = element('ol', { className: 'marks', tabIndex: 0, attrs: { 'aria-label': 'what was done' } })
  const judged = element('div', { className: 'judged' })
  const letters = facts.hasDeadLetters ? createDeadLetters(model, press, index => showStory(model, index)) : undefined
  const parts = element('div', { className: 'parts' }, ...cards.map(({ card }) => card.box))
  const box = element(
    'section',
    { className: `lane accent-${ACCENTS[model] ?? 'other'}`, attrs: { 'aria-label': model } },
    element('div', { className: 'head' }, element('h2', {}, model), sentence, age),
    element('ul', { className: 'tiles' }, ...tiles.map(({ item }) => item)),
    laneForm(facts, press, load.elements),
    element('div', { className: 'body' }, flow.canvas, curves.box, parts, letters?.box, judged),
    marks,
  )
  let shown = ''
  return {
    box,
    round,
    draw: flow.draw,
    take(frame, isWhole) {
      if (isWhole) for (const part of [flow, curves]) part.clear()
      if (isWhole) marks.replaceChildren()
      flow.take(frame)
      curves.take(frame)
      say(sentence, sentenceOf(frame))
      say(age, frame.phase === 'running' ? `judged ${(frame.counters.ageMs / 1_000).toFixed(1)} s ago` : '')
      load.showRate(frame.ordersPerSecond)
      letters?.take(frame)
      for (const { take } of tiles) take(frame.counters)
      for (const { name, card } of cards) {
        const part = frame.parts.find(each => each.name === name)
        if (part) card.take(part)
      }
      for (const { atMs, text } of frame.marks)
        marks.prepend(element('li', {}, `${(atMs / 1_000).toFixed(1)} s ${text}`))
      box.dataset.phase = frame.phase
      box.dataset.dots = String(flow.seen())
      const verdict = JSON.stringify(frame.judged ?? null)
      if (verdict !== shown) showJudged(judged, frame)
      shown = verdict
    },
  }
}

const sentenceOf = ({ sentence, phase, ordersPerSecond, duplicating }: LaneFrame): string =>
  [
    sentence,
    ...(phase === 'running' ? [`${ordersPerSecond} orders/s`] : []),
    ...(duplicating ? ['every message twice'] : []),
  ].join(' · ')

/** The switches of the lane itself; those of its parts stand below the picture. */
function laneForm(
  { model, configuration, configurations }: LaneFacts,
  press: Press,
  load: readonly HTMLElement[],
): HTMLElement {
  const chosen = element(
    'select',
    { attrs: { 'aria-label': `configuration of ${model}` } },
    ...configurations.map(({ name, about }) =>
      element('option', { value: name, title: about, selected: name === configuration }, name),
    ),
  )
  const order = numberInput('number of an order', 0)
  const judging = 'puts right what is broken, waits until every order is decided, and takes all checks'
  return element(
    'form',
    { onsubmit: () => false },
    ...load,
    ...messageControls(press),
    element(
      'fieldset',
      {},
      order,
      button('story of this order', () => showStory(model, Number(order.value))),
    ),
    button('Judge', () => judge(model), judging),
    element(
      'fieldset',
      {},
      chosen,
      button('Begin again', () => restart(model, chosen.value), 'on empty stores'),
    ),
  )
}

function tileOf({ name, text, title, kind }: Tile) {
  const figure = element('b', {}, '0')
  const item = element('li', { title, attrs: { 'data-tile': name } }, figure, element('span', {}, text))
  return {
    item,
    take(counters: Counters) {
      const value = counters[name]
      say(figure, value.toLocaleString('en-US'))
      item.classList.toggle('clean', kind === 'never' && value === 0)
      item.classList.toggle('broken', kind === 'never' && value > 0)
      item.classList.toggle('waits', kind === 'waits' && value > 0)
    },
  }
}

function showJudged(place: HTMLElement, { judged, sentence }: LaneFrame): void {
  if (!judged) return place.replaceChildren()
  place.replaceChildren(
    element('p', { className: `verdict ${judged.verdict}` }, sentence),
    element('p', {}, element('a', { href: 'report.html', target: '_blank' }, 'The report'), ` is in ${judged.report}.`),
    element(
      'details',
      {},
      element('summary', {}, 'Each check'),
      element('ul', {}, ...judged.lines.map(line => element('li', {}, line))),
    ),
  )
}
