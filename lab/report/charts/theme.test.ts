import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANSWER_CLASSES, DARK, LIGHT, TONED } from './theme.ts'

test('text has a contrast of 4.5 to 1 on its ground, light and dark', () => {
  for (const palette of [LIGHT, DARK]) {
    for (const token of ['ink', 'soft', 'bad', 'rest', 'rabbitmq', 'kafka'] as const) {
      assert.ok(contrast(palette[token], palette.paper) >= 4.5, `${token} on paper`)
    }
    for (const token of ['ink', 'soft'] as const)
      assert.ok(contrast(palette[token], palette.band) >= 4.5, `${token} on a band`)
  }
})

test('bars and answers have a contrast of 3 to 1 on their grounds, light and dark, and two tones differ', () => {
  const tones = TONED.map(name => [name, `${name}2`] as const)
  for (const palette of [LIGHT, DARK]) {
    for (const token of ['rule', ...ANSWER_CLASSES, ...tones.map(([, second]) => second)] as const)
      for (const ground of ['paper', 'band'] as const)
        assert.ok(contrast(palette[token], palette[ground]) >= 3, `${token} on ${ground}`)
    for (const [one, other] of tones) assert.ok(contrast(palette[one], palette[other]) >= 1.5, one)
  }
})

/** As WCAG 2 defines it. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = matchesOf(colour).map(value => {
    const share = Number.parseInt(value, 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const matchesOf = (colour: string): string[] => colour.match(/[\da-f]{2}/g) ?? []
