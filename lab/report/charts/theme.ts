// How pictures look. A picture names classes; the style sheet is made of plain colours for each of its uses: in a page and
// as a file it follows the reader's light or dark, as PNG it is light. Text has a contrast of 4.5 to 1 or more in both, and what is drawn 3 to 1.

type Palette = Readonly<Record<Token, string>>
type Token = 'paper' | 'ink' | 'soft' | 'rule' | 'grid' | 'band' | 'bad' | Accent | AnswerClass | `${Toned}2`

/** One accent for each model, distinguishable with colour blindness; any other model has the ink. */
const ACCENTS: Readonly<Record<string, Accent>> = {
  'sync-rest': 'rest',
  'async-rabbitmq': 'rabbitmq',
  'streaming-kafka': 'kafka',
}
type Accent = 'rest' | 'rabbitmq' | 'kafka'

/** From what is as it should be to what is not known. Expected answers are quiet colours, unexpected ones are loud. */
export const ANSWER_CLASSES = ['good', 'rightly', 'client', 'refused', 'server', 'late', 'silent'] as const
export type AnswerClass = (typeof ANSWER_CLASSES)[number]

/** Those of which two kinds come side by side: the second has a tone of its own. */
export const TONED = ['rightly', 'client', 'refused', 'server'] as const
type Toned = (typeof TONED)[number]

export const LIGHT: Palette = {
  paper: '#ffffff',
  ink: '#1c2026',
  soft: '#5a626d',
  rule: '#7d8591',
  grid: '#e6e9ed',
  band: '#f3ecdb',
  bad: '#b3261e',
  rest: '#0b62b0',
  rabbitmq: '#b84700',
  kafka: '#00694d',
  good: '#73879a',
  rightly: '#4465b0',
  rightly2: '#2f4273',
  client: '#917600',
  client2: '#5f4d00',
  refused: '#c06a00',
  refused2: '#7d4300',
  server: '#d4552b',
  server2: '#8f2f12',
  late: '#a11d2f',
  silent: '#1c2026',
}

export const DARK: Palette = {
  paper: '#14171c',
  ink: '#e8eaee',
  soft: '#a3abb8',
  rule: '#6f7a89',
  grid: '#272c34',
  band: '#2d2a20',
  bad: '#ff8a80',
  rest: '#74b6ff',
  rabbitmq: '#ffa366',
  kafka: '#58d3a8',
  good: '#6b8299',
  rightly: '#8ea6d8',
  rightly2: '#cfdcf6',
  client: '#c9a400',
  client2: '#f0dc85',
  refused: '#e08a24',
  refused2: '#f7c892',
  server: '#e2663c',
  server2: '#f4ad93',
  late: '#ff6b7a',
  silent: '#e8eaee',
}

/** The class that gives a model its colour. */
export const accentOf = (model: string): string => `accent-${ACCENTS[model] ?? 'other'}`

const SYSTEM = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"

/** @param font family of all text */
export function sheet(palette: Palette, font = SYSTEM): string {
  const { ink, soft, rule, grid, band, bad, paper } = palette
  const accents = Object.values(ACCENTS).map(name => `.accent-${name}{color:${palette[name]}}`)
  const answers = ANSWER_CLASSES.map(name => `.answer-${name}{fill:${palette[name]}}`)
  const tones = TONED.map(name => `.answer-${name}.tone-2{fill:${palette[`${name}2`]}}`)
  return [
    `.picture text{font-family:${font};font-size:12px;fill:${soft};font-variant-numeric:tabular-nums}`,
    `.picture .title{font-size:16px;font-weight:bold}`,
    `.picture .name{font-size:14px;font-weight:bold;fill:currentColor}`,
    `.picture .tinted{fill:currentColor}.picture .strong{fill:${ink}}.picture .loud{fill:${bad}}`,
    `.picture .said{paint-order:stroke;stroke:${paper};stroke-width:5px;stroke-linejoin:round}`,
    `.picture .caption{font-size:11px}`,
    `.picture .small{font-size:11px}`,
    `.paper{fill:${paper}}.grid{stroke:${grid};fill:none}.rule{stroke:${rule};fill:none}`,
    `.band rect{fill:${band}}.band path,.mark path{stroke:${rule};fill:none;stroke-dasharray:3 3}`,
    `.accepted{stroke:${ink};stroke-width:22;stroke-linecap:round;fill:none}`,
    `.completed{stroke:currentColor;stroke-width:11;fill:none}`,
    `.turned{stroke:${palette.server};stroke-width:14;fill:none}`,
    `.missing{stroke:${bad};stroke-width:10;fill:none}`,
    `.box-accepted{fill:${ink}}.box-completed{fill:currentColor}`,
    `.line{stroke:currentColor;fill:none;stroke-width:1.6;stroke-linejoin:round}.thin{stroke-width:1.1}`,
    `.area{fill:currentColor;fill-opacity:.16}.dash-1{stroke-dasharray:6 3}.dash-2{stroke-dasharray:2 2.5}`,
    `.dash-3{stroke-dasharray:9 3 2 3}.dash-4{stroke-dasharray:1 4}.bar-0{fill:${rule}}.bar-1{fill:currentColor}.bar-2{fill:${ink}}`,
    `.accent-other{color:${ink}}`,
    ...accents,
    ...answers,
    ...tones,
  ].join('\n')
}
