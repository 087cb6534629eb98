// One order's journey, in a dialog.
import { element, found } from './dom.ts'
import { storyOf } from './requests.ts'

export async function showStory(model: string, index: number): Promise<void> {
  const story = await storyOf(model, index)
  if (!story) return
  const dialog = found<HTMLDialogElement>('story')
  const [first] = story.events
  const after = (atMs: number) => (first ? `+${(atMs - first.atMs).toFixed(2)} ms` : '')
  dialog.replaceChildren(
    element('h2', { id: 'story-title' }, `${model}: order ${index}`),
    element('p', { className: 'soft' }, `${story.orderId} · ${story.planned}`),
    element('ol', {}, ...story.events.map(({ atMs, text }) => element('li', {}, element('b', {}, after(atMs)), text))),
    ...(story.log.length > 0
      ? [element('h3', {}, 'What the services wrote about it'), element('pre', { tabIndex: 0 }, story.log.join('\n'))]
      : []),
    element('form', { method: 'dialog' }, element('button', { autofocus: true }, 'Close')),
  )
  if (!dialog.open) dialog.showModal()
}
