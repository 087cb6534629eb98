// The page of `lab live`: lanes that are told by the lab what happens, four times a second.
import type { Frame, LaneFacts } from './protocol.ts'
import { button, loadControls, messageControls, numberInput, type Press } from './controls.ts'
import { element, found, say } from './dom.ts'
import { createLane, type LaneView } from './lane-view.ts'
import { perform, playRandom, readFacts } from './requests.ts'

const lanes = new Map<string, LaneView>()
const seed = numberInput('seed of the faults by chance', 1)
const together = element('input', { type: 'checkbox' })

async function begin(): Promise<void> {
  const facts = await readFacts()
  if (!facts)
    return say(found('connection'), 'The lab does not answer: start it again, and open the address that it prints.')
  const all: Press = action => perform([...lanes.keys()], action)
  found('all').replaceChildren(
    element('b', {}, 'All lanes'),
    ...loadControls(all).elements,
    ...messageControls(all),
    ...(['order', 'inventory', 'notification', 'broker'] as const).flatMap(target => [
      element(
        'fieldset',
        {},
        element('label', {}, target),
        button('Kill', () => all({ action: 'kill', target }), `kills ${target} in each lane that has one`),
        button('Start', () => all({ action: 'start', target })),
      ),
    ]),
    element(
      'fieldset',
      {},
      seed,
      button(
        'faults by chance',
        () => playRandom([...lanes.keys()], Number(seed.value)),
        'six disruptions in half a minute; the same seed gives the same ones',
      ),
    ),
    element('label', {}, together, ' switches of a lane go to all lanes'),
  )
  show(facts)
  listen()
  requestAnimationFrame(draw)
}

/** A lane that began again has other facts, and a picture without what was before. */
function show(facts: readonly LaneFacts[]): void {
  const before = new Map(lanes)
  lanes.clear()
  for (const each of facts) {
    const known = before.get(each.model)
    lanes.set(each.model, known?.round === each.round ? known : createLane(each, pressOf(each.model)))
  }
  found('lanes').replaceChildren(...[...lanes.values()].map(({ box }) => box))
}

const pressOf =
  (model: string): Press =>
  action =>
    perform(together.checked ? [...lanes.keys()] : [model], action)

function listen(): void {
  const source = new EventSource('frames')
  const connection = found('connection')
  source.onopen = () => say(connection, 'connected')
  source.onerror = () =>
    say(connection, 'The lab does not answer: it may have ended. Start it again, and open the address that it prints.')
  source.onmessage = ({ data }: MessageEvent<string>) => take(JSON.parse(data) as Frame)
}

let asking = false

function take({ isWhole, lanes: frames }: Frame): void {
  for (const frame of frames) {
    const lane = lanes.get(frame.model)
    if (lane?.round === frame.round) lane.take(frame, isWhole)
    else if (!asking) void askAgain()
  }
}

async function askAgain(): Promise<void> {
  asking = true
  const facts = await readFacts()
  if (facts) show(facts)
  asking = false
}

/** Dots that move need no more frames, and each costs. */
const FRAME_MS = 50

function draw(): void {
  for (const { draw: drawLane } of lanes.values()) drawLane()
  setTimeout(() => requestAnimationFrame(draw), FRAME_MS)
}

await begin()
