// JSON for a repository: a line a value, but a point of a curve in one, so that a curve is no thousand lines.

export const compactJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replaceAll(/\[\s+(-?[\d.e+-]+),\s+(-?[\d.e+-]+)\s+\]/g, '[$1, $2]')}\n`
