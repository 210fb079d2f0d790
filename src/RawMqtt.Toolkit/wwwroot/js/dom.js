// SPDX-License-Identifier: MIT
// Elements by hand. Text is always a text node: nothing that a broker sends can become markup or script.

/** Makes an element. Properties that begin with "on" are listeners, the rest attributes; false and null leave one out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (name === 'value') element.value = value
    else if (value === true) element.setAttribute(name, '')
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value)
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false))
  return element
}

let lastId = 0

/** Makes a label above a control. */
export function field(text, control, properties = {}) {
  control.id ||= `f${++lastId}`
  return h('div', { class: `field ${properties.class ?? ''}` }, h('label', { for: control.id }, text), control,
    properties.hint ? h('small', {}, properties.hint) : null)
}

/** Makes a checkbox with its label behind it. */
export function check(text, control) {
  control.id ||= `f${++lastId}`
  return h('div', { class: 'check' }, control, h('label', { for: control.id }, text))
}

export function select(values, value, properties = {}) {
  const control = h('select', properties, values.map(one => {
    const [key, text] = Array.isArray(one) ? one : [one, one]
    return h('option', { value: key }, String(text))
  }))
  control.value = value
  return control
}

/** Makes a tab list with its panels, in the pattern of WAI-ARIA: arrows move, the panel follows. */
export function tabs(label, panels) {
  const names = Object.keys(panels)
  const buttons = names.map(name => h('button', {
    role: 'tab', type: 'button', id: `t${++lastId}`, 'aria-controls': `p${lastId}`, onclick: () => show(name),
  }, name))
  const boxes = names.map((name, i) => {
    const panel = panels[name]
    panel.id = buttons[i].getAttribute('aria-controls')
    panel.setAttribute('role', 'tabpanel')
    panel.setAttribute('aria-labelledby', buttons[i].id)
    return panel
  })
  const list = h('div', { role: 'tablist', 'aria-label': label, class: 'tabs' }, buttons)
  list.addEventListener('keydown', pressed => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[pressed.key]
    const at = buttons.indexOf(document.activeElement)
    const next = pressed.key === 'Home' ? 0 : pressed.key === 'End' ? names.length - 1 : step ? (at + step + names.length) % names.length : -1
    if (at < 0 || next < 0) return
    pressed.preventDefault()
    show(names[next])
    buttons[next].focus()
  })
  function show(name) {
    names.forEach((one, i) => {
      buttons[i].setAttribute('aria-selected', one === name)
      buttons[i].tabIndex = one === name ? 0 : -1
      boxes[i].hidden = one !== name
    })
    list.dispatchEvent(new CustomEvent('shown', { detail: name }))
  }
  show(names[0])
  return { list, boxes, show, current: () => names.find((name, i) => !boxes[i].hidden) }
}

/** Makes a button that copies a text, and says so on itself for a while. */
export function copyButton(text, label = 'Copy') {
  const button = h('button', { type: 'button', class: 'small', onclick: async () => {
    await copy(text())
    button.textContent = 'Copied'
    setTimeout(() => { button.textContent = label }, 1500)
  } }, label)
  return button
}

/** Pages that came by http from another machine have no clipboard; a selection has. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = h('textarea', { class: 'offscreen', 'aria-hidden': 'true', value: text })
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

/** Saves bytes or a text as a file. */
export function save(name, content, type = 'application/octet-stream') {
  const link = h('a', { href: URL.createObjectURL(new Blob([content], { type })), download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

/** Returns a time of day with milliseconds. */
export function clock(time) {
  const day = new Date(time)
  const pad = (number, digits) => String(number).padStart(digits, '0')
  return `${pad(day.getHours(), 2)}:${pad(day.getMinutes(), 2)}:${pad(day.getSeconds(), 2)}.${pad(day.getMilliseconds(), 3)}`
}

/** Calls a function once things are quiet. */
export function debounce(milliseconds, act) {
  let timer
  return (...given) => {
    clearTimeout(timer)
    timer = setTimeout(() => act(...given), milliseconds)
  }
}
