// Pictures from the numbers of a result. The same numbers give the same bytes; the font is the project's own, so that
// no text vanishes on a machine without fonts.
import { Resvg } from '@resvg/resvg-js'
import { fileURLToPath } from 'node:url'
import { parse, resetSVGDefIds, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

const FONT = 'DejaVu Sans'
const ZOOM = 2

const fontFiles = [
  import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
].map(url => fileURLToPath(url))

const config = {
  font: FONT,
  background: 'white',
  title: { anchor: 'start', fontSize: 14, subtitleFontSize: 11, subtitleColor: '#555' },
  axis: { labelFontSize: 11, titleFontSize: 11, titleFontWeight: 'normal', gridColor: '#eee' },
  legend: { labelFontSize: 11, titleFontSize: 11, labelLimit: 400 },
} as const

export async function svgOf(spec: TopLevelSpec): Promise<string> {
  // Ids count up in the process; a picture must not depend on those drawn before it.
  resetSVGDefIds()
  const view = new View(parse(compile({ ...spec, config }).spec), { renderer: 'none' })
  try {
    return `${await view.toSVG()}\n`
  } finally {
    view.finalize()
  }
}

/** Twice as large as the SVG says, for screens of high density. */
export function pngOf(svg: string): Uint8Array {
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: FONT }
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: ZOOM } }).render().asPng()
}
