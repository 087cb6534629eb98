// The switches: of the load, and of each part. A press goes to its lane, or to all lanes where the page is set so.
import type { ScriptAction, Target } from '#engine/experiment/script-format.ts'
import { type FaultForm, faultText, type LaneFacts, type Part, PART_STATES, type PartState } from './protocol.ts'
import { element, say } from './dom.ts'

export type Press = (action: ScriptAction) => Promise<unknown>

/** A button that is not pressed again until what it does is done. It keeps the focus. */
export function button(text: string, press: () => Promise<unknown>, title = ''): HTMLButtonElement {
  const made = element('button', { type: 'button', title }, text)
  made.addEventListener('click', () => {
    if (made.ariaDisabled) return
    made.ariaDisabled = 'true'
    void press().finally(() => (made.ariaDisabled = null))
  })
  return made
}

/** The lab says what is too much. */
export const numberInput = (label: string, value: number): HTMLInputElement =>
  element('input', { type: 'number', min: '0', value: String(value), attrs: { 'aria-label': label } })

export type LoadControls = { elements: HTMLElement[]; showRate(ordersPerSecond: number): void }

export function loadControls(press: Press): LoadControls {
  const perSecond = numberInput('orders a second', 20)
  const many = numberInput('orders at once', 200)
  const setRate = () => {
    if (perSecond.value !== '') void press({ action: 'rate', ordersPerSecond: Number(perSecond.value) })
  }
  perSecond.addEventListener('change', setRate)
  let shown = 0
  return {
    elements: [
      element('label', {}, perSecond, ' orders/s'),
      element(
        'fieldset',
        {},
        many,
        button('at once', () => press({ action: 'burst', orders: Number(many.value) })),
      ),
    ],
    showRate(ordersPerSecond) {
      if (ordersPerSecond !== shown && document.activeElement !== perSecond) perSecond.value = String(ordersPerSecond)
      shown = ordersPerSecond
    },
  }
}

export const messageControls = (press: Press): HTMLElement[] => [
  button(
    'a poison message',
    () => press({ action: 'poison' }),
    'a message that nothing can be done with, past the door of the order service',
  ),
  button('every message twice', () => press({ action: 'start-duplicator' })),
  button('once', () => press({ action: 'stop-duplicator' }), 'every message once again'),
]

/** What `resume` ends. */
const STOPPED: readonly PartState[] = ['paused', 'gone', 'full']

export type PartCard = { box: HTMLElement; take(part: Part): void }

export function partCard({ name, role, faults, crashPoints }: LaneFacts['parts'][number], press: Press): PartCard {
  const state = element('span', { className: 'state' }, 'starting')
  const target: Target = role
  const simple = (text: string, action: 'kill' | 'start' | 'pause' | 'resume' | 'isolate' | 'alarm', title: string) =>
    button(text, () => press({ action, target }), title)
  const kill = simple('Kill', 'kill', 'SIGKILL')
  const start = simple('Start', 'start', 'with the store that it had')
  const pause = simple('Pause', 'pause', 'SIGSTOP: it hangs, with its connections open')
  const isolate = simple('Cut off', 'isolate', 'as if its host were gone: what is sent to it is dropped')
  const alarm = simple('Fill', 'alarm', 'its memory alarm: it takes nothing from those who publish')
  const resume = simple('Resume', 'resume', '')
  const isService = role !== 'broker'
  const box = element(
    'section',
    { className: 'part', attrs: { 'aria-label': name } },
    element('h3', {}, name, state),
    element(
      'fieldset',
      {},
      kill,
      start,
      pause,
      ...(isService ? [isolate] : []),
      ...(name === 'rabbitmq' ? [alarm] : []),
      resume,
    ),
    ...(faults.length > 0 ? [faultControls(faults, target, press)] : []),
    ...(crashPoints.length > 0 ? [crashControls(crashPoints, target, press)] : []),
  )
  for (const each of [kill, start, pause, isolate, alarm, resume]) each.hidden = true
  return {
    box,
    take(part) {
      const on = Object.entries(part.faults).map(([fault, setting]) => faultText(fault, setting))
      say(state, [PART_STATES[part.state], ...on].join(' · '))
      box.classList.toggle('off', part.state !== 'up' || on.length > 0)
      const focused = document.activeElement
      kill.hidden = part.state === 'down' || part.state === 'starting'
      start.hidden = part.state !== 'down'
      pause.hidden = isolate.hidden = alarm.hidden = part.state !== 'up'
      resume.hidden = !STOPPED.includes(part.state)
      // The button in whose place another one is shown gives it the focus.
      if (focused instanceof HTMLButtonElement && focused.hidden && box.contains(focused))
        [start, resume, kill].find(({ hidden }) => !hidden)?.focus()
    },
  }
}

function faultControls(faults: readonly FaultForm[], target: Target, press: Press): HTMLElement {
  const which = element(
    'select',
    { attrs: { 'aria-label': 'fault' } },
    ...faults.map(({ name, about }) => element('option', { value: name, title: about }, name)),
  )
  const value = numberInput('', 1)
  const unit = element('label', {}, value)
  const chosen = (): FaultForm | undefined => faults.find(({ name }) => name === which.value)
  const show = (): void => {
    const field = chosen()?.field
    unit.hidden = field === undefined
    value.value = String(field?.value ?? '')
    unit.replaceChildren(value, ` ${field?.unit ?? ''}`)
    value.setAttribute('aria-label', field?.unit ?? '')
    which.title = chosen()?.about ?? ''
  }
  which.addEventListener('change', show)
  show()
  const on = () => {
    const fault = chosen()
    const setting = fault?.field ? { [fault.field.name]: Number(value.value) } : {}
    return press({ action: 'fault', target, settings: { [which.value]: setting } })
  }
  return element(
    'fieldset',
    {},
    which,
    unit,
    button('On', on),
    button('Heal', () => press({ action: 'heal', target }), 'switches every fault of it off'),
  )
}

function crashControls(points: readonly string[], target: Target, press: Press): HTMLElement {
  const which = element(
    'select',
    { attrs: { 'aria-label': 'crash point' } },
    ...points.map(name => element('option', { value: name }, name)),
  )
  const crash = () => press({ action: 'fault', target, settings: { crash: { point: which.value, after: 1 } } })
  return element(
    'fieldset',
    {},
    element('label', {}, 'dies between ', which),
    button('Set', crash, 'at the next order that passes this point the process ends'),
  )
}
