// A picture as PNG. Its font is the project's own, so that no text vanishes on a machine without fonts. What draws it is
// installed for those who publish, and no run needs it.
import { Resvg } from '@resvg/resvg-js'
import { fileURLToPath } from 'node:url'
import { type Picture, standalone } from './picture.ts'
import { LIGHT, sheet } from './theme.ts'

const FONT = 'DejaVu Sans'
const ZOOM = 2

const fontFiles = [
  import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
].map(url => fileURLToPath(url))

/** At twice the picture's size, for screens of high density. */
export function pngOf(picture: Picture): Uint8Array {
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: FONT }
  const text = standalone(picture, sheet(LIGHT, `'${FONT}'`))
  return new Resvg(text, { font, fitTo: { mode: 'zoom', value: ZOOM } }).render().asPng()
}
