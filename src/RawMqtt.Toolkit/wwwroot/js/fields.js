// SPDX-License-Identifier: MIT
// A packet, frame or head with its bytes and its fields: what is chosen in one lights up in the other.

import { h } from './dom.js'

const mostBytes = 2048
const rules = loadRules()

/** The rules of MQTT 3.1.1 by section, as the library's tests have them. */
async function loadRules() {
  const bySection = new Map()
  const answer = await fetch('rules.tsv')
  if (!answer.ok) return bySection
  for (const line of (await answer.text()).split('\n').slice(1)) {
    const [id, section, binds, text] = line.split('\t')
    if (text) bySection.set(section, [...bySection.get(section) ?? [], { id, binds, text }])
  }
  return bySection
}

/** What several packets have in common has its rules in section 2. */
const shared = { 'Packet Identifier': '2.3.1', 'Packet type': '2.2.2' }

/** Returns the rules of a field's section, or of the nearest one above that has any. */
async function rulesOf(name, section) {
  if (!/^\d/.test(section)) return []
  const known = await rules
  if (shared[name]) return [...known.get(section) ?? [], ...known.get(shared[name]) ?? []]
  for (let at = section; at; at = at.includes('.') ? at.slice(0, at.lastIndexOf('.')) : '') {
    if (known.has(at)) return known.get(at)
  }
  return []
}

/** Draws a unit. @param note What to say above it; null for nothing. */
export function unitView(unit, note = null) {
  const isHttp = unit.kind === 'HttpHead'
  const spec = unit.section.startsWith('RFC') || unit.section === '' ? unit.section : `MQTT ${unit.section}`
  const bytes = h('div', { class: 'bytes', role: 'img', 'aria-label': 'The bytes in hexadecimal; the list of fields has them too' })
  const list = h('ol', { class: 'fields' })
  const about = h('div', { class: 'rules', role: 'status' })
  const spans = unit.fields.map((field, i) => byteSpans(field, () => choose(i)))
  const buttons = unit.fields.map((field, i) => {
    const value = isHttp || field.value === '' ? field.value : `: ${field.value}`
    return h('button', { type: 'button', 'aria-pressed': 'false', class: field.broken ? 'broken' : '', onclick: () => choose(i),
      onmouseenter: () => light(i, true), onmouseleave: () => light(i, false) },
      isHttp ? null : h('span', { class: 'at' }, field.offset.toString(16).padStart(4, '0')),
      isHttp ? null : h('code', {}, shorten(field.bytes)),
      h('span', {}, h('b', {}, field.name), isHttp ? h('span', {}, ` ${value}`) : value), h('span', { class: 'section' }, field.section))
  })
  if (!isHttp) bytes.append(...spans.flat())
  list.append(...buttons.map(button => h('li', {}, button)))
  function light(i, isOn) {
    spans[i].forEach(span => span.classList.toggle('near', isOn))
  }
  async function choose(i) {
    spans.forEach((group, at) => group.forEach(span => span.classList.toggle('lit', at === i)))
    buttons.forEach((button, at) => button.setAttribute('aria-pressed', at === i))
    spans[i][0]?.scrollIntoView({ block: 'nearest' })
    const found = await rulesOf(unit.fields[i].name, unit.section.startsWith('RFC') ? '' : unit.fields[i].section)
    about.replaceChildren(...(found.length === 0 ? [h('p', { class: 'quiet' }, `Section ${unit.fields[i].section} has no numbered rule.`)] : [
      h('p', { class: 'quiet' }, `Rules about ${unit.fields[i].name}, section ${unit.fields[i].section}:`),
      h('ul', {}, found.map(rule => h('li', {}, h('b', {}, `[${rule.id}] `), rule.text)))]))
  }
  const view = h('article', { class: 'unit' }, h('h3', {}, unit.title), h('p', { class: 'quiet' }, spec), note,
    unit.broken ? h('p', { class: 'bad' }, `Breaks [${unit.broken.rule}]: ${unit.broken.message}`) : null,
    isHttp ? null : bytes, list, about)
  return view
}

function byteSpans(field, choose) {
  const pairs = field.bytes.match(/../g) ?? []
  const shown = pairs.slice(0, mostBytes).map(pair => h('span', { class: field.broken ? 'byte broken' : 'byte', onclick: choose }, pair))
  if (pairs.length > mostBytes) shown.push(h('span', { class: 'more' }, `… ${pairs.length - mostBytes} more bytes`))
  return shown
}

function shorten(hex) {
  const pairs = hex.match(/../g) ?? []
  return pairs.length > 8 ? `${pairs.slice(0, 8).join(' ')} …` : pairs.join(' ')
}
