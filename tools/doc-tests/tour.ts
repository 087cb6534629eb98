/**
 * The tour of a README: what it tells to type, and what it shows as printed. It stands between two marks; an `sh` block
 * is typed, and the block of text after it is what that prints. There `…` is any text of a line, and a line `…` any
 * lines. A block that nothing is shown for may print what it likes.
 */

export type Step = { commands: string; shown: string | undefined }

const TOUR = /^<!-- tour -->$([\s\S]*?)^<!-- \/tour -->$/m
const BLOCK = /^```(\w*)\n([\s\S]*?)^```$/gm

/** @throws Error when there is no tour, or when it shows what nothing was typed for */
export function readTour(readme: string): Step[] {
  const tour = TOUR.exec(readme)?.[1]
  if (tour === undefined) throw new Error('There is no tour: put it between <!-- tour --> and <!-- /tour -->.')
  const steps: Step[] = []
  for (const [, language, content = ''] of tour.matchAll(BLOCK)) {
    if (language === 'sh') {
      steps.push({ commands: content, shown: undefined })
      continue
    }
    const last = steps.at(-1)
    if (!last || last.shown !== undefined) throw new Error(`Nothing was typed that prints this:\n${content}`)
    last.shown = content
  }
  if (steps.length === 0) throw new Error('The tour has no block of commands: begin them with ```sh.')
  return steps
}

/** Whether this was printed, to the letter where nothing is left open. The last line may lack its end. */
export function isShown(printed: string, shown: string): boolean {
  const lines = shown.split('\n').slice(0, -1)
  const pattern = lines.map(line => (line === '…' ? '(?:.*\n)*' : `${line.split('…').map(literally).join('.*')}\n`))
  return new RegExp(`^${pattern.join('')}$`).test(printed === '' || printed.endsWith('\n') ? printed : `${printed}\n`)
}

const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
