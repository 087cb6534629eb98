// One drawing, three uses: within a page, as a file of its own, and as PNG (png.ts). The same drawing gives the same bytes.
import { type Markup, markup, verbatim } from './markup.ts'
import { DARK, LIGHT, sheet } from './theme.ts'

export type Picture = {
  /** Unique in a page. */
  id: string
  title: string
  /** The text alternative. */
  description: string
  width: number
  height: number
  body: Markup
}

/** The rules of pictures for a page that follows the reader's light or dark. */
export const screenSheet = (): string =>
  `${sheet(LIGHT)}\n@media screen and (prefers-color-scheme: dark){\n${sheet(DARK)}\n}`

/** For a page that has `screenSheet`. */
export const inline = (picture: Picture): Markup => svg(picture, markup``)

/** With its own title, style and ground. */
export const fileOf = (picture: Picture): string => `${standalone(picture, screenSheet())}\n`

/** The same with these rules of style. */
export const standalone = (picture: Picture, rules: string): string => svg(framed(picture), styled(rules)).markup

const MARGIN = 16
const HEAD = 30

/** A picture in a file of its own has a title and a margin. */
const framed = (picture: Picture): Picture => ({
  ...picture,
  width: picture.width + 2 * MARGIN,
  height: picture.height + HEAD + 2 * MARGIN,
  body: markup`<text class="title strong" x="${MARGIN}" y="${MARGIN + 13}">${picture.title}</text><g transform="translate(${MARGIN} ${MARGIN + HEAD})">${picture.body}</g>`,
})

const styled = (rules: string): Markup =>
  markup`<style>${verbatim(rules)}</style><rect class="paper" width="100%" height="100%"/>`

function svg({ id, title, description, width, height, body }: Picture, style: Markup): Markup {
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-about"><title id="${id}-title">${title}</title><desc id="${id}-about">${description}</desc>${style}${body}</svg>`
}
