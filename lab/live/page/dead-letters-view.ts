// The dead letters of a lane: what each is and why, and the redrive of all of one reason.
import type { DeadLetters, LaneFrame, ShownDeadLetter } from './protocol.ts'
import { button, numberInput, type Press } from './controls.ts'
import { element, say } from './dom.ts'
import { readDeadLetters } from './requests.ts'

export type DeadLettersView = { box: HTMLDetailsElement; take(frame: LaneFrame): void }

/** A letter that comes back leaves their number as it was, so they are asked for again and again while the box is open. */
const READ_EVERY_MS = 1_000

export function createDeadLetters(
  model: string,
  press: Press,
  showOrder: (index: number) => Promise<void>,
): DeadLettersView {
  const summary = element('summary', {}, 'Dead letters')
  const which = element('select', { attrs: { 'aria-label': `reason of the dead letters of ${model}` } })
  const rate = numberInput('dead letters a second', 50)
  const limit = numberInput('at most so many dead letters', 1_000)
  const would = element('span', { className: 'soft', attrs: { role: 'status' } })
  const list = element('ul', {})
  const more = element('p', { className: 'soft' })
  let known: DeadLetters | undefined
  /** By the letter as it is: what a reader has opened stays open. */
  let items = new Map<string, HTMLLIElement>()

  const sayWhatWould = () => say(would, known ? whatWould(known, which.value, Number(limit.value)) : '')
  const show = (found: DeadLetters) => {
    if (JSON.stringify(found) === JSON.stringify(known)) return
    known = found
    const chosen = which.value
    which.replaceChildren(...found.reasons.map(({ reason }) => element('option', { value: reason }, reason)))
    if (found.reasons.some(({ reason }) => reason === chosen)) which.value = chosen
    const keyed = found.letters.toReversed().map(letter => [JSON.stringify(letter), letter] as const)
    items = new Map(keyed.map(([key, letter]) => [key, items.get(key) ?? itemOf(letter, showOrder)]))
    list.replaceChildren(...items.values())
    const unseen = found.total - found.letters.length
    say(more, unseen > 0 ? `${unseen.toLocaleString('en-US')} older ones are not listed.` : '')
    sayWhatWould()
  }
  const read = async () => {
    const found = await readDeadLetters(model)
    if (found) show(found)
  }
  const redrive = async () => {
    if (!known?.reasons.length) return
    await press({ action: 'redrive', reason: which.value, rate: Number(rate.value), limit: Number(limit.value) })
    await read()
  }
  const box = element(
    'details',
    { className: 'dead-letters' },
    summary,
    element(
      'form',
      { onsubmit: () => false },
      element('label', {}, 'reason ', which),
      element('label', {}, rate, ' a second'),
      element('label', {}, 'at most ', limit),
      button('Redrive', redrive, 'sends them on their way again; each has its effect once'),
      would,
    ),
    list,
    more,
  )
  for (const input of [which, limit]) input.addEventListener('input', sayWhatWould)
  let readMs = 0
  return {
    box,
    take({ counters: { deadLetters } }) {
      say(summary, `Dead letters (${deadLetters.toLocaleString('en-US')})`)
      if (!box.open || performance.now() - readMs < READ_EVERY_MS) return
      readMs = performance.now()
      void read()
    },
  }
}

/** What `lab dead-letters redrive` says with `--dry-run`, in other words. */
function whatWould({ reasons }: DeadLetters, chosen: string, limit: number): string {
  const found = reasons.find(({ reason }) => reason === chosen)
  if (!found) return 'There are none.'
  const { redrivable, parked, withoutContent } = found
  return [
    `Would be redriven: ${Math.min(redrivable, limit)} of ${redrivable}.`,
    ...(parked > 0 ? [`Parked, since they came back after a redrive: ${parked}.`] : []),
    ...(withoutContent > 0 ? [`Nothing is kept of: ${withoutContent}.`] : []),
  ].join(' ')
}

const FATES: Readonly<Record<ShownDeadLetter['fate'], string>> = {
  redrive: '',
  parked: ' · parked',
  'without-content': ' · nothing of it is kept',
}

function itemOf(letter: ShownDeadLetter, showOrder: (index: number) => Promise<void>): HTMLLIElement {
  const { source, reason, detail, attempts, body, order, fate } = letter
  return element(
    'li',
    {},
    element('b', {}, reason),
    ` from ${source}, after ${attempts === 1 ? '1 attempt' : `${attempts} attempts`}${FATES[fate]}`,
    order === null ? undefined : button(`order ${order}`, () => showOrder(order)),
    element('span', { className: 'soft' }, detail),
    element('details', {}, element('summary', {}, 'body'), element('pre', { tabIndex: 0 }, body)),
  )
}
