// The frame of every page: its own style and nothing else. The policy allows neither script nor network, so that no text of an
// order, a check or an error can run.
import { createHash } from 'node:crypto'
import { type Markup, markup, verbatim } from '../charts/markup.ts'
import { screenSheet } from '../charts/picture.ts'
import { STYLE } from './style.ts'

/** @param title without the name of the lab */
export function documentOf(title: string, body: Markup): string {
  const style = `${STYLE}\n${screenSheet()}`
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${title}: Communication Models Lab</title><style>${verbatim(style)}</style></head>
<body>${body}</body></html>
`.markup
}
