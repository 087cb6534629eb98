// Parts of a hand-written page that are rendered: all between two markers, `<!-- name -->` and `<!-- /name -->`.

/** The page with `text` between its markers of that name; as it is when it has none. */
export function betweenMarkers(page: string, name: string, text: string): string {
  const begin = `<!-- ${name} -->`
  const end = `<!-- /${name} -->`
  if (!page.includes(begin) || !page.includes(end)) return page
  return `${page.slice(0, page.indexOf(begin) + begin.length)}\n\n${text}\n\n${page.slice(page.indexOf(end))}`
}
