/**
 * A tour: the commands that a page gives a reader to type, and the output that it shows. A tour stands between two marks.
 * An `sh` block holds commands, and the block after it holds their output. In the output `…` stands for any text within
 * a line, and a line of `…` alone for any lines. Commands without a block of output may print anything.
 * An `sh terminal` block goes on running in a terminal of its own; its output is what it has printed so far.
 */

export type Step = { commands: string; shown: string | undefined; ownTerminal: boolean }

const TOUR = /^<!-- tour -->$([\s\S]*?)^<!-- \/tour -->$/m
const BLOCK = /^```([\w ]*)\n([\s\S]*?)^```$/gm

/** @throws Error when the page has no tour, no commands, or output without commands */
export function readTour(page: string): Step[] {
  const tour = TOUR.exec(page)?.[1]
  if (tour === undefined) throw new Error('There is no tour: put it between <!-- tour --> and <!-- /tour -->.')
  const steps: Step[] = []
  for (const [, language, content = ''] of tour.matchAll(BLOCK)) {
    if (language === 'sh' || language === 'sh terminal') {
      steps.push({ commands: content, shown: undefined, ownTerminal: language !== 'sh' })
      continue
    }
    const last = steps.at(-1)
    if (!last || last.shown !== undefined) throw new Error(`No commands stand before this output:\n${content}`)
    last.shown = content
  }
  if (steps.length === 0) throw new Error('The tour has no block of commands: begin them with ```sh.')
  return steps
}

/** Whether the output is as shown, letter by letter except where `…` stands. The last line may lack its newline. */
export function isShown(printed: string, shown: string): boolean {
  const lines = shown.split('\n').slice(0, -1)
  const pattern = lines.map(line => (line === '…' ? '(?:.*\n)*' : `${line.split('…').map(literally).join('.*')}\n`))
  return new RegExp(`^${pattern.join('')}$`).test(printed === '' || printed.endsWith('\n') ? printed : `${printed}\n`)
}

const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
