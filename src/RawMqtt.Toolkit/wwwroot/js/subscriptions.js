// SPDX-License-Identifier: MIT
// The topic filters of a connection, each with its QoS, colour, count and what the broker said.

import { field, h, select } from './dom.js'
import * as engine from './engine.js'

const palette = ['#1b7fd4', '#2e9e5b', '#c2571a', '#8a4fd0', '#c23a6b', '#7a8a12', '#0f8f95', '#8d6b4f']

export class Subscriptions {
  constructor(id, settings, changed) {
    this.id = id
    this.settings = settings
    this.changed = changed
    this.isOpen = false
    this.filter = h('input', { type: 'text', placeholder: 'sensors/+/temperature or #', spellcheck: 'false', autocapitalize: 'none', value: '' })
    this.qos = select([0, 1, 2], 0)
    this.fault = h('p', { class: 'bad', role: 'alert' })
    this.list = h('ul', { class: 'filters' })
    this.rows = new Map()
    this.element = h('section', { class: 'card' }, h('h2', {}, 'Subscriptions'),
      h('form', { class: 'row', onsubmit: sent => { sent.preventDefault(); this.add() } },
        field('Topic filter', this.filter, { class: 'grow' }), field('QoS', this.qos), h('button', {}, 'Subscribe')),
      this.fault, this.list)
    for (const one of settings.subscriptions) this.draw(one)
  }

  /** The colour of the filter that a message came by. */
  colorOf(filter) {
    return this.settings.subscriptions.find(one => one.filter === filter)?.color ?? '#808080'
  }

  async add() {
    const filter = this.filter.value
    const one = this.settings.subscriptions.find(known => known.filter === filter)
      ?? { filter, color: palette[this.settings.subscriptions.length % palette.length] }
    one.qos = Number(this.qos.value)
    this.fault.textContent = ''
    const isNew = !this.settings.subscriptions.includes(one)
    if (isNew) this.settings.subscriptions.push(one)
    this.draw(one)
    if (this.isOpen && !await this.subscribe(one) && isNew) {
      this.drop(one)
      return
    }
    this.filter.value = ''
    this.changed()
  }

  /** Subscribes to all that were made before, for a client that was just made. */
  open() {
    this.isOpen = true
    for (const one of this.settings.subscriptions) {
      this.draw(one)
      this.subscribe(one)
    }
  }

  close() {
    this.isOpen = false
    for (const one of this.settings.subscriptions) this.say(one, 'waits for a connection')
  }

  async subscribe(one) {
    this.say(one, 'subscribing…')
    const answer = await engine.subscribe(this.id, one.filter, one.qos)
    if (answer.fault && this.isOpen) this.fault.textContent = answer.fault.message
    if (answer.fault) this.say(one, this.isOpen ? 'not subscribed' : 'waits for a connection', true)
    else if (answer.granted === null) this.say(one, 'refused by the broker (0x80)', true)
    else this.say(one, answer.granted === one.qos ? `granted at QoS ${answer.granted}` : `granted at QoS ${answer.granted} only`)
    return !answer.fault
  }

  say(one, text, isBad = false) {
    const row = this.rows.get(one.filter)
    if (!row) return
    row.result.textContent = text
    row.result.className = isBad ? 'bad' : 'quiet'
  }

  draw(one) {
    this.rows.get(one.filter)?.element.remove()
    const color = h('input', { type: 'color', 'aria-label': `Colour of ${one.filter}`, value: one.color, oninput: () => {
      one.color = color.value
      this.changed()
    } })
    const pause = h('button', { type: 'button', class: 'small', 'aria-pressed': 'false', onclick: () => {
      one.isPaused = !one.isPaused
      pause.textContent = one.isPaused ? 'Resume' : 'Pause'
      pause.setAttribute('aria-pressed', one.isPaused)
      engine.pause(this.id, one.filter, one.isPaused)
    } }, 'Pause')
    one.isPaused = false
    const remove = h('button', { type: 'button', class: 'small', 'aria-label': `Remove ${one.filter}`, onclick: () => this.remove(one) }, 'Remove')
    const count = h('span', { class: 'count' }, '0')
    const result = h('span', { class: 'quiet' }, this.isOpen ? '' : 'waits for a connection')
    const element = h('li', {}, color, h('code', { class: 'grow' }, one.filter), h('span', { class: 'badge' }, `QoS ${one.qos}`),
      h('span', { class: 'meta' }, count, ' messages · ', result), pause, remove)
    this.rows.set(one.filter, { element, count, result })
    this.list.append(element)
  }

  drop(one) {
    this.rows.get(one.filter)?.element.remove()
    this.rows.delete(one.filter)
    this.settings.subscriptions.splice(this.settings.subscriptions.indexOf(one), 1)
    this.changed()
  }

  async remove(one) {
    this.drop(one)
    this.filter.focus()
    if (!this.isOpen) return
    const answer = await engine.unsubscribe(this.id, one.filter)
    if (answer.fault) this.fault.textContent = answer.fault.message
  }

  take(news) {
    for (const [filter, count] of Object.entries(news.filters ?? {})) {
      const row = this.rows.get(filter)
      if (row) row.count.textContent = count.toLocaleString('en')
    }
  }
}
