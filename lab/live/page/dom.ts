// Elements, made in one call. Text is always text: nothing that the lab sends is read as markup.

type Child = Node | string | undefined
type Props<Tag extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[Tag], 'style' | 'dataset' | 'classList' | 'attributes'>
> & { attrs?: Record<string, string> }

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props<Tag> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  const { attrs = {}, ...rest } = props
  Object.assign(made, rest)
  for (const [name, value] of Object.entries<string>(attrs)) made.setAttribute(name, value)
  made.append(...children.filter(child => child !== undefined))
  return made
}

export function found<Found extends HTMLElement = HTMLElement>(id: string): Found {
  const element = document.getElementById(id)
  if (!element) throw new Error(`The page has no #${id}.`)
  return element as Found
}

/** Only where it differs: text that is set anew would lose a reader's selection, and be read out again. */
export function say(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text
}
