// What the terminal shows of a diff.
import { styleText } from 'node:util'
import { draw, isUnitShown } from '../terminal/table.ts'
import { type Diff, gotWorse, sideText } from './diff.ts'

/** @param width of the terminal, in characters */
export function renderDiff(diff: Diff, width: number): string {
  const { one, other, onlyOne, onlyOther } = diff
  const worse = gotWorse(diff)
  return [
    ...conditionLines(diff, width),
    ...onlyOne.map(what => `Only in ${one}: ${what}`),
    ...onlyOther.map(what => `Only in ${other}: ${what}`),
    ...verdictLines(diff, width),
    ...measureLines(diff, width),
    worse === 0
      ? 'No verdict got worse.'
      : styleText('red', `${worse === 1 ? '1 verdict' : `${worse} verdicts`} got worse${lost(diff)}.`),
  ].join('\n')
}

const lost = ({ missing, other }: Diff): string =>
  missing.length === 0
    ? ''
    : `, ${missing.length} of them since ${other} does not have ${missing.length === 1 ? 'it' : 'them'}`

function conditionLines({ one, other, conditions }: Diff, width: number): string[] {
  if (conditions.length === 0) return [`${one} and ${other} were measured under the same conditions.`]
  const rows = conditions.map(({ what, one, other }) => [what, one, other])
  return ['Conditions that differ:', draw(['condition', one, other], rows, [0, 1, 2], width)]
}

function verdictLines({ one, other, verdicts, onlyOne, onlyOther }: Diff, width: number): string[] {
  if (verdicts.length === 0)
    return [onlyOne.length + onlyOther.length > 0 ? 'No verdict that both have differs.' : 'No verdict differs.']
  const rows = verdicts.map(({ of, variant, check, ...row }) => [
    [of, ...(variant === undefined ? [] : [variant])].join(': '),
    check ?? 'all checks',
    row.one,
    row.other,
    row.isWorse ? 'worse' : '',
  ])
  const details = verdicts.flatMap(({ of, variant, check, other: verdict, detail }) =>
    verdict === 'valid' || detail === '' ? [] : [`  ${[of, variant, check].filter(Boolean).join(', ')}: ${detail}`],
  )
  return ['Verdicts that differ:', draw(['of', 'check', one, other, ''], rows, [0, 1, 2, 3, 4], width), ...details]
}

function measureLines({ one, other, measures }: Diff, width: number): string[] {
  return [...Map.groupBy(measures, ({ of }) => of)].flatMap(([of, rows]) => [
    styleText('bold', of),
    draw(
      ['variant', 'measure', one, other, 'the second is'],
      rows.map(({ variant, name, unit, difference, ...sides }) => [
        variant,
        isUnitShown(unit) ? `${name} [${unit}]` : name,
        sideText(sides.one, unit),
        sideText(sides.other, unit),
        difference,
      ]),
      [0, 1, 4],
      width,
    ),
  ])
}
