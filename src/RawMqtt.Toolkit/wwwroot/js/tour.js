// SPDX-License-Identifier: MIT
// The tour: one whole session, step by step, from spec-notes/tour.md.

import { h } from './dom.js'
import { unitView } from './fields.js'
import { readTour } from './tourtext.js'

const hidden = 'A browser does this itself and hides it from pages. It is shown here from the tour of the repository.'

export function tourView() {
  const list = h('ol', { class: 'chapters' })
  const step = h('div', { class: 'step', 'aria-live': 'polite' }, h('p', { class: 'empty' }, 'Loading the tour…'))
  const place = h('p', { class: 'quiet' })
  const back = h('button', { type: 'button', onclick: () => go(at - 1) }, 'Back')
  const next = h('button', { type: 'button', class: 'primary', onclick: () => go(at + 1) }, 'Next')
  const view = h('div', { class: 'tour' },
    h('nav', { class: 'card', 'aria-label': 'Chapters of the tour' }, h('h2', {}, 'Chapters'), list),
    h('section', { class: 'card' }, h('h2', { class: 'offscreen' }, 'Step'), h('div', { class: 'row mid' }, back, next, place), step))
  let chapters = []
  let steps = []
  let at = 0

  function go(to) {
    at = Math.max(0, Math.min(steps.length - 1, to))
    const { chapter, unit, number } = steps[at]
    back.disabled = at === 0
    next.disabled = at === steps.length - 1
    place.textContent = `Step ${at + 1} of ${steps.length}`
    for (const button of list.querySelectorAll('button')) button.setAttribute('aria-current', button.dataset.chapter === String(chapter) ? 'step' : 'false')
    const { title, prose } = chapters[chapter]
    const direction = unit && h('p', { class: unit.sent ? 'arrow sent' : 'arrow' }, unit.sent ? '→ The client sends' : '← The server sends')
    const note = unit && unit.kind !== 'Packet' ? h('p', { class: 'note' }, hidden) : null
    step.replaceChildren(h('h3', {}, title), ...(number === 0 ? prose.filter(Boolean).map(text => h('p', {}, ...marks(text))) : []),
      ...(unit ? [direction, unitView(unit, note)] : []))
  }

  async function load() {
    const answer = await fetch('tour.md')
    if (!answer.ok) throw new Error(`tour.md: ${answer.status}`)
    chapters = readTour(await answer.text())
    steps = chapters.flatMap((chapter, i) => chapter.units.length === 0 ? [{ chapter: i, unit: null, number: 0 }]
      : chapter.units.map((unit, number) => ({ chapter: i, unit, number })))
    list.replaceChildren(...chapters.map((chapter, i) => h('li', {}, h('button', { type: 'button', 'data-chapter': String(i),
      onclick: () => go(steps.findIndex(one => one.chapter === i)) }, chapter.title))))
    go(0)
  }

  load().catch(fault => step.replaceChildren(h('p', { class: 'bad' }, `The tour could not be loaded: ${fault.message}`)))
  return view
}

/** Code between backquotes, the rest as it is. */
function marks(text) {
  return text.split('`').map((part, i) => i % 2 === 1 ? h('code', {}, part) : part)
}
