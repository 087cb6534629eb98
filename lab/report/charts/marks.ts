// What a timeline did, above and behind the panels of a group: each step as a sentence, steps that lie close together as one, a
// band from a fault to its end, a line for a single step. Guarantees that no two texts lie on each other. A line ends
// below its own text, and is masked by that of another.
import type { Mark } from '#engine/run/summary.ts'
import { LEFT, PLOT_END } from './frame.ts'
import { widthOf, wrapped } from './labels.ts'
import { type Markup, markup } from './markup.ts'
import type { Scale } from './scale.ts'

const ROW = 16
/** So many pixels apart two lines can hardly be told from each other. */
const NEAR = 12

/** In seconds. */
const AT_ONCE = 0.1

type Placed = { lines: string[]; marks: readonly Mark[]; from: number; to: number; row: number }

/** In rows above a group. */
export function placeMarks(all: readonly Mark[], x: Scale): { placed: Placed[]; height: number } {
  const placed: Placed[] = []
  for (const { marks, text } of sentencesOf(withoutEnds(all), x)) {
    const lines = wrapped(text, PLOT_END - LEFT)
    const width = Math.max(...lines.map(line => widthOf(line)))
    const from = Math.max(LEFT, Math.min(x.at(marks[0]?.fromSeconds ?? 0), PLOT_END - width))
    const isFree = (row: number) =>
      placed.every(
        other =>
          row + lines.length <= other.row ||
          row >= other.row + other.lines.length ||
          from + width + 8 < other.from ||
          from > other.to + 8,
      )
    let row = 0
    while (!isFree(row)) row++
    placed.push({ lines, marks, from, to: from + width, row })
  }
  return { placed, height: ROW * Math.max(0, ...placed.map(({ row, lines }) => row + lines.length)) }
}

/** @param top of the texts, @param height of all rows, @param bottom of the last panel */
export function drawMarks(placed: readonly Placed[], x: Scale, top: number, height: number, bottom: number): Markup[] {
  const shapes = placed.map(({ lines, marks, row }) => {
    const below = top + (row + lines.length) * ROW
    const own = marks.map(({ fromSeconds, toSeconds }) => {
      const begin = x.at(fromSeconds)
      const line = markup`<path d="M${begin} ${below}V${bottom}"/>`
      if (toSeconds === undefined) return line
      const width = Math.max(1.5, x.at(Math.min(toSeconds, x.to)) - begin)
      return markup`<rect x="${begin}" y="${top + height}" width="${width}" height="${bottom - top - height}"/>${line}`
    })
    const kind = marks.some(({ toSeconds }) => toSeconds !== undefined) ? 'band' : 'mark'
    return markup`<g class="${kind}">${own}</g>`
  })
  const texts = placed.map(({ lines, from, row }) =>
    lines.map((line, nth) => {
      const y = top + (row + nth) * ROW + 11
      return markup`<text class="strong said" x="${from}" y="${y}">${line}</text>`
    }),
  )
  // Texts last: each has a rim in the colour of the ground, so that the line of another one does not cross it.
  return [...shapes, ...texts.flat()]
}

/** A start, resume or heal is the end of a band, and needs no line. */
function withoutEnds(all: readonly Mark[]): Mark[] {
  return all.filter(({ label, fromSeconds }) => {
    const target = /^(?:start|resume|heal) (.+)$/.exec(label)?.[1]
    const ends = (mark: Mark) => (mark.toSeconds ?? -1) >= fromSeconds && mark.fromSeconds < fromSeconds
    return target === undefined || !all.some(mark => mark.label.endsWith(` ${target}`) && ends(mark))
  })
}

type Sentence = { marks: readonly Mark[]; text: string }

/** What was done several times is one sentence; so are single steps that lie close together. */
function sentencesOf(all: readonly Mark[], x: Scale): Sentence[] {
  const alike = [...Map.groupBy(all, ({ label }) => label).values()]
  const often = alike.filter(marks => marks.length > 1)
  const single = alike.filter(marks => marks.length === 1).flat()
  const near: Mark[][] = []
  for (const mark of single.toSorted((one, other) => one.fromSeconds - other.fromSeconds)) {
    const last = near.at(-1)
    const begin = last?.[0]?.fromSeconds
    if (last && begin !== undefined && x.at(mark.fromSeconds) - x.at(begin) < NEAR) last.push(mark)
    else near.push([mark])
  }
  return [
    ...often.map(marks => ({ marks, text: capital(oftenText(marks)) })),
    ...near.map(marks => ({ marks, text: capital(sentenceOf(marks)) })),
  ].toSorted((one, other) => (one.marks[0]?.fromSeconds ?? 0) - (other.marks[0]?.fromSeconds ?? 0))
}

/** `Inventory killed at 5 s, back at 25.2 s`; of several `Analytics killed, its store deleted at 10.2 s, back at 16.8 s`. */
function sentenceOf(marks: readonly Mark[]): string {
  const [first, ...others] = marks
  if (!first) return ''
  const { what, end } = saidOf(first)
  if (end === undefined && others.length === 0 && first.toSeconds !== undefined)
    return `${what}, from ${seconds(first.fromSeconds)} to ${seconds(first.toSeconds)} s`
  // What is done to the same target need not name it again.
  const target = named(targetOf(first))
  const all = [
    what,
    ...others.map(mark => saidOf(mark).what.replace(`store of ${target} `, 'its store ').replace(`${target} `, '')),
  ]
  const ends = marks.flatMap(mark =>
    mark.toSeconds === undefined ? [] : `, ${saidOf(mark).end ?? 'ended'} at ${seconds(mark.toSeconds)} s`,
  )
  const last = others.at(-1)?.fromSeconds ?? first.fromSeconds
  const when =
    last - first.fromSeconds < AT_ONCE
      ? `at ${seconds(first.fromSeconds)} s`
      : `between ${seconds(first.fromSeconds)} and ${seconds(last)} s`
  return `${all.join(', ')} ${when}${ends.join('')}`
}

function oftenText(marks: readonly Mark[]): string {
  const [first, last] = [marks[0], marks.at(-1)]
  if (!first || !last) return ''
  return `${saidOf(first).what}, ${marks.length} times from ${seconds(first.fromSeconds)} to ${seconds(last.fromSeconds)} s`
}

const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1)

const seconds = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 })

/** What each step does to its target, and what its end is called. */
const STEPS: Readonly<Record<string, { says(target: string): string; end?: string }>> = {
  kill: { says: target => `${target} killed`, end: 'back' },
  pause: { says: target => `${target} paused`, end: 'resumed' },
  isolate: { says: target => `${target} cut off`, end: 'reachable again' },
  alarm: { says: target => `${target} full, by its memory alarm`, end: 'takes messages again' },
  fault: { says: target => `fault in ${target}`, end: 'healed' },
  start: { says: target => `${target} started` },
  resume: { says: target => `${target} resumed` },
  heal: { says: target => `${target} healed` },
  wipe: { says: target => `store of ${target} deleted` },
  read: { says: target => `${target} asked` },
  redeliver: { says: () => 'message delivered again' },
  redrive: { says: () => 'dead letters redriven' },
  'publish-raw': { says: () => 'raw message published' },
  'publish-event': { says: () => 'event published' },
  'pin-offsets': { says: () => 'offsets pinned' },
  'reset-offsets': { says: () => 'offsets reset' },
}

const targetOf = ({ label }: Pick<Mark, 'label'>): string => label.split(' ')[1] ?? ''

/** Of a label that names no step: itself, with the names of services in words. */
function saidOf({ label }: Mark): { what: string; end?: string } {
  const [action = ''] = label.split(' ')
  const step = STEPS[action]
  if (!step) return { what: named(label) }
  return { what: step.says(named(targetOf({ label }))), ...(step.end !== undefined && { end: step.end }) }
}

const NAMES: Readonly<Record<string, string>> = {
  order: 'Order service',
  inventory: 'Inventory',
  notification: 'Notification',
  analytics: 'Analytics',
}

const named = (text: string): string =>
  text
    .replaceAll(
      /\b(order|inventory|notification|analytics)_(?:service|consumer)\b(?:\/\S+)?/g,
      (_, role: string) => NAMES[role] ?? role,
    )
    .replace(/^kafka$/, 'Kafka')
    .replace(/^rabbitmq$/, 'RabbitMQ')
