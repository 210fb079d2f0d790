// SPDX-License-Identifier: MIT
// Every MQTT packet of a connection, both ways, and the fields of the chosen one.

import { check, clock, copyButton, h, save } from './dom.js'
import * as engine from './engine.js'
import { unitView } from './fields.js'

const mostDrawn = 300

export class Packets {
  constructor(id) {
    this.id = id
    this.hidden = 0
    this.follow = h('input', { type: 'checkbox', checked: true })
    this.list = h('ol', { class: 'packets' })
    this.scroll = h('div', { class: 'scroll short', tabindex: '0', role: 'region', 'aria-label': 'Packets, oldest first', hidden: true }, this.list)
    this.count = h('p', { class: 'quiet' })
    this.details = h('div', { class: 'details' }, h('p', { class: 'empty' }, 'Connect, and choose a packet to see its bytes and its fields.'))
    this.element = h('div', { class: 'pane' },
      h('p', { class: 'quiet' }, 'These are the MQTT packets. The browser hides the handshake and the frames around them from pages; ',
        'Tour and Decode show what they look like.'),
      h('div', { class: 'row mid' }, check('Follow the newest', this.follow), this.count, h('span', { class: 'grow' }),
        h('button', { type: 'button', class: 'small', onclick: () => this.clear() }, 'Clear')),
      this.scroll, this.details)
  }

  take(news) {
    this.hidden += news.hiddenPackets ?? 0
    const came = news.packets ?? []
    if (came.length === 0) return
    this.scroll.hidden = false
    this.list.append(...came.slice(-mostDrawn).map(packet => this.row(packet)))
    while (this.list.children.length > mostDrawn) this.list.firstChild.remove()
    this.count.textContent = `${came.at(-1).number.toLocaleString('en')} packets`
      + (this.hidden > 0 ? `, of which ${this.hidden.toLocaleString('en')} were counted and not kept` : '')
    if (this.follow.checked && !this.element.hidden) this.scroll.scrollTop = this.scroll.scrollHeight
  }

  clear() {
    this.list.replaceChildren()
  }

  row(packet) {
    const button = h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => this.choose(packet, button) },
      h('span', { class: packet.sent ? 'arrow sent' : 'arrow' }, packet.sent ? '→ sent' : '← came'),
      h('time', {}, clock(packet.time)),
      h('span', { class: 'title' }, packet.title), h('span', { class: 'meta' }, `${packet.length} B`))
    return h('li', {}, button)
  }

  choose(packet, button) {
    for (const other of this.list.querySelectorAll('[aria-pressed=true]')) other.setAttribute('aria-pressed', 'false')
    button.setAttribute('aria-pressed', 'true')
    const found = engine.packet(this.id, packet.number)
    if (!found) {
      this.details.replaceChildren(h('p', { class: 'empty' }, 'The page no longer has the bytes of this packet: it keeps the newest 500.'))
      return
    }
    const bytes = () => Uint8Array.from(found.bytes.match(/../g) ?? [], pair => parseInt(pair, 16))
    this.details.replaceChildren(h('div', { class: 'row' },
      h('p', { class: 'grow' }, packet.sent ? 'This page sent it.' : 'The broker sent it.'), copyButton(() => found.bytes, 'Copy as hexadecimal'),
      h('button', { type: 'button', class: 'small', onclick: () => save(`packet-${packet.number}.bin`, bytes()) }, 'Save')), unitView(found.unit))
    this.details.dataset.bytes = found.bytes
  }
}
