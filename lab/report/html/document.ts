// The frame of every page: its own style, and its own script where it has one. The policy allows no other, and no network, so that
// no text of an order, a check or an error can run.
import { createHash } from 'node:crypto'
import { type Markup, markup, verbatim } from '../charts/markup.ts'
import { screenSheet } from '../charts/picture.ts'
import { STYLE } from './style.ts'

/** @param title without the name of the lab, @param script its text, a module */
export function documentOf(title: string, body: Markup, script?: string): string {
  const style = `${STYLE}\n${screenSheet()}`
  const allowed = script === undefined ? '' : ` script-src '${hashOf(script)}';`
  const policy = `default-src 'none'; style-src '${hashOf(style)}';${allowed} base-uri 'none'; form-action 'none'`
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${title}: Communication Models Lab</title><style>${verbatim(style)}</style></head>
<body>${body}${script !== undefined && markup`<script type="module">${verbatim(script)}</script>`}</body></html>
`.markup
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
