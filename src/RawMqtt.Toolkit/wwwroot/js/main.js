// SPDX-License-Identifier: MIT
// The page: its connections, and the views beside them.

import { Connection } from './connection.js'
import { decodeView } from './decode.js'
import { field, h, select } from './dom.js'
import * as engine from './engine.js'
import { defaults, keep, load } from './options.js'
import { tourView } from './tour.js'

const views = document.getElementById('views')
const main = document.getElementById('main')
const connections = []
const tools = new Map([['Decode', decodeView], ['Tour', tourView]])
const drawn = new Map()
let lastId = 0
let shown

const list = h('ul', {})
views.append(list)

function add(settings = defaults()) {
  const connection = new Connection(++lastId, settings, () => { keepAll(); drawViews() })
  connections.push(connection)
  main.append(connection.element)
  show(connection)
  keepAll()
}

async function remove(connection) {
  connections.splice(connections.indexOf(connection), 1)
  connection.element.remove()
  if (connections.length === 0) add()
  else show(connections.at(-1))
  keepAll()
  await connection.remove()
}

function keepAll() {
  keep(connections.map(one => one.settings))
}

/** Shows a connection or a tool; the others stay as they are. */
function show(what) {
  shown = what
  if (typeof what === 'string' && !drawn.has(what)) {
    drawn.set(what, tools.get(what)())
    main.append(drawn.get(what))
  }
  for (const connection of connections) connection.element.hidden = connection !== what
  for (const [name, element] of drawn) element.hidden = name !== what
  document.title = `${typeof what === 'string' ? what : what.title} · RawMqtt toolkit`
  drawViews()
}

function drawViews() {
  if (!shown) return
  const focused = [...list.querySelectorAll('button')].indexOf(document.activeElement)
  const item = (what, title, ...more) => h('li', {},
    h('button', { type: 'button', class: 'view', 'aria-current': what === shown ? 'page' : 'false', onclick: () => show(what) }, title), ...more)
  list.replaceChildren(
    ...connections.map(one => item(one, [h('span', { class: `dot ${one.state.toLowerCase()}` }), h('span', { class: 'tab' }, one.title),
      h('span', { class: 'offscreen' }, ` (${one.state})`)], connections.length > 1
      ? h('button', { type: 'button', class: 'close', 'aria-label': `Remove the connection ${one.title}`, onclick: () => remove(one) }, '×') : null)),
    h('li', {}, h('button', { type: 'button', class: 'view', onclick: () => add() }, '+ New')),
    ...[...tools.keys()].map(name => item(name, name)))
  if (focused >= 0) list.querySelectorAll('button')[focused]?.focus()
}

function drawTheme() {
  const key = 'rawmqtt.theme'
  const choose = theme => { document.documentElement.dataset.theme = theme }
  let theme = 'auto'
  try { theme = localStorage.getItem(key) ?? theme } catch { /* forbidden: the system decides */ }
  choose(theme)
  const control = select([['auto', 'as the system'], ['light', 'light'], ['dark', 'dark']], theme, { onchange: () => {
    choose(control.value)
    try { localStorage.setItem(key, control.value) } catch { /* forbidden: it holds for this visit */ }
  } })
  document.getElementById('theme').append(field('Colours', control))
}

drawTheme()
const remembered = load()
if (remembered.length === 0) add()
else {
  remembered.forEach(add)
  show(connections[0])
}

const status = document.getElementById('engine')
engine.ready.then(() => {
  status.textContent = ''
  document.documentElement.dataset.engine = 'ready'
}, fault => {
  status.className = 'engine bad'
  status.textContent = `The MQTT engine did not start: ${fault.message}. The page needs a browser with WebAssembly (2023 or later).`
})
