// The part of a hand-written page that is rendered: all between the two markers.

const BEGIN = '<!-- results -->'
const END = '<!-- /results -->'

export const hasMarkers = (page: string): boolean => page.includes(BEGIN) && page.includes(END)

/** The page with `text` between its markers; the rest stays as it is. */
export function betweenMarkers(page: string, text: string): string {
  const head = page.slice(0, page.indexOf(BEGIN) + BEGIN.length)
  return `${head}\n\n${text}\n\n${page.slice(page.indexOf(END))}`
}
