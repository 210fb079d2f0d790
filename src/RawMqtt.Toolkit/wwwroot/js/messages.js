// SPDX-License-Identifier: MIT
// The messages of a connection: the newest first, filtered, searched, copied and saved.

import { check, clock, copyButton, field, h, save, select } from './dom.js'
import * as engine from './engine.js'
import { formats, fromBase64, toBase64, toText } from './payload.js'

const mostKept = 2000
const mostKeptBytes = 32 << 20
const mostDrawn = 100
const mostShownLetters = 2000

export class Messages {
  constructor(colorOf) {
    this.colorOf = colorOf
    this.all = []
    this.bytes = 0
    this.hidden = 0
    this.kind = select([['all', 'All'], ['received', 'Received'], ['published', 'Published']], 'all', { onchange: () => this.drawAll() })
    this.topic = h('input', { type: 'search', placeholder: 'a/# or a word', oninput: () => this.drawAll() })
    this.words = h('input', { type: 'search', oninput: () => this.drawAll() })
    this.format = select(formats, 'text', { onchange: () => this.drawAll() })
    this.hold = h('input', { type: 'checkbox', onchange: () => { if (!this.hold.checked) this.drawAll() } })
    this.count = h('p', { class: 'quiet', role: 'status' })
    this.list = h('ol', { class: 'messages' })
    this.scroll = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Messages, newest first', hidden: true }, this.list)
    this.empty = h('p', { class: 'empty' }, 'No messages yet. Subscribe to a topic filter, and publish to a topic that it matches.')
    this.element = h('div', { class: 'pane' },
      h('div', { class: 'row tools' }, field('Show', this.kind), field('Topic', this.topic, { class: 'grow' }), field('Search payloads', this.words,
        { class: 'grow' }), field('Payload as', this.format)),
      h('div', { class: 'row mid' }, check('Hold the list', this.hold), this.count, h('span', { class: 'grow' }),
        h('button', { type: 'button', class: 'small', onclick: () => save('messages.json', this.asJson(), 'application/json') }, 'Save all'),
        h('button', { type: 'button', class: 'small', onclick: () => this.clear() }, 'Clear')),
      this.empty, this.scroll)
  }

  /** Takes what came. */
  take(news) {
    this.hidden += news.hiddenMessages ?? 0
    const came = (news.messages ?? []).map(message => ({ ...message, kind: 'received', payload: fromBase64(message.payload) }))
    this.add(came)
  }

  /** Takes what the page published. */
  published(message) {
    this.add([{ ...message, kind: 'published', time: Date.now(), length: message.payload.length, filter: '' }])
  }

  add(came) {
    if (came.length === 0) return
    for (const message of came) {
      this.all.push(message)
      this.bytes += message.payload.length
    }
    while (this.all.length > mostKept || (this.bytes > mostKeptBytes && this.all.length > 1)) this.bytes -= this.all.shift().payload.length
    if (this.hold.checked) {
      this.sayCount()
      return
    }
    const fresh = came.filter(message => this.isWanted(message)).slice(-mostDrawn)
    this.list.prepend(...fresh.reverse().map(message => this.row(message)))
    while (this.list.children.length > mostDrawn) this.list.lastChild.remove()
    this.sayCount()
  }

  clear() {
    this.all = []
    this.bytes = 0
    this.hidden = 0
    this.drawAll()
  }

  drawAll() {
    const wanted = this.all.filter(message => this.isWanted(message)).slice(-mostDrawn).reverse()
    this.list.replaceChildren(...wanted.map(message => this.row(message)))
    this.sayCount()
  }

  sayCount() {
    this.empty.hidden = this.all.length > 0
    this.scroll.hidden = this.all.length === 0
    const hidden = this.hidden > 0 ? `; ${this.hidden.toLocaleString('en')} more were counted and not kept` : ''
    this.count.textContent = this.all.length === 0 ? '' : `${this.list.children.length} of ${this.all.length.toLocaleString('en')} kept${hidden}`
  }

  isWanted(message) {
    if (this.kind.value !== 'all' && this.kind.value !== message.kind) return false
    const topic = this.topic.value
    if (topic && !message.topic.includes(topic) && !engine.matches(topic, message.topic)) return false
    const words = this.words.value.toLowerCase()
    return !words || toText(message.payload, this.format.value).toLowerCase().includes(words)
  }

  row(message) {
    const text = toText(message.payload, this.format.value)
    const body = h('pre', {}, text.length > mostShownLetters ? `${text.slice(0, mostShownLetters)}…` : text)
    const cut = message.payload.length < message.length ? `, the page keeps ${message.payload.length.toLocaleString('en')}` : ''
    const row = h('li', { class: message.kind }, h('div', { class: 'head' },
      h('span', { class: 'direction' }, message.kind === 'published' ? 'Published' : 'Received'),
      h('code', { class: 'topic' }, message.topic), h('span', { class: 'badge' }, `QoS ${message.qos}`),
      message.retain ? h('span', { class: 'badge' }, 'retained') : null, message.duplicate ? h('span', { class: 'badge' }, 'DUP') : null,
      h('span', { class: 'meta' }, `${message.length.toLocaleString('en')} bytes${cut}`), h('span', { class: 'grow' }),
      h('time', { class: 'meta' }, clock(message.time)),
      copyButton(() => text), h('button', { type: 'button', class: 'small', onclick: () => save('payload.bin', message.payload) }, 'Save')), body)
    row.style.setProperty('--filter', message.kind === 'published' ? 'transparent' : this.colorOf(message.filter))
    return row
  }

  asJson() {
    return JSON.stringify(this.all.map(({ kind, time, topic, qos, retain, payload }) =>
      ({ kind, time: new Date(time).toISOString(), topic, qos, retain, payload: toText(payload, 'text'), base64: toBase64(payload) })), null, 2)
  }
}
