// SPDX-License-Identifier: MIT
// One connection: its form, its state, what it subscribes and publishes, and what is seen of it.

import { CodePane } from './codepane.js'
import { clock, copyButton, h, tabs } from './dom.js'
import { doctorLine } from './code.js'
import * as engine from './engine.js'
import { ConnectionForm } from './form.js'
import { Messages } from './messages.js'
import { Packets } from './packets.js'
import { Publish } from './publish.js'
import { Rate } from './rate.js'
import { Subscriptions } from './subscriptions.js'
import { toOptions } from './options.js'

const mostLines = 200
const active = ['Connecting', 'Connected', 'Reconnecting', 'Disconnecting']

export class Connection {
  /** @param id The page's number. @param settings Its settings. @param changed Called when the settings or the state changed. */
  constructor(id, settings, changed) {
    this.id = id
    this.settings = settings
    this.changed = changed
    this.state = 'Disconnected'
    this.form = new ConnectionForm(id, settings, () => this.settingsChanged(), () => this.toggle())
    this.subscriptions = new Subscriptions(id, settings, () => this.settingsChanged())
    this.messages = new Messages(filter => this.subscriptions.colorOf(filter))
    this.publish = new Publish(id, message => this.messages.published(message))
    this.packets = new Packets(id)
    this.code = new CodePane(() => this.settings, imported => this.import(imported))
    this.rate = new Rate()
    this.log = h('ol', { class: 'log' })
    this.draw()
    this.say()
  }

  get title() {
    return this.settings.name || this.settings.url.replace(/^wss?:\/\//, '') || 'New connection'
  }

  get isActive() {
    return active.includes(this.state)
  }

  draw() {
    this.badge = h('span', { class: 'state' })
    this.since = h('span', { class: 'quiet grow cut' })
    this.connect = h('button', { form: this.form.element.id, class: 'primary', disabled: true }, 'Connect')
    this.drop = h('button', { type: 'button', class: 'small', hidden: true, title: 'End the connection without DISCONNECT: the broker publishes the Will',
      onclick: () => engine.abort(this.id) }, 'Drop')
    this.retry = h('button', { type: 'button', class: 'small', hidden: true, onclick: () => engine.reconnectNow(this.id) }, 'Try now')
    this.fault = h('div', { class: 'fault', role: 'alert' })
    this.counts = h('p', { class: 'counts' })
    this.rateNow = h('p', { class: 'quiet' }, '0 in, 0 out a second')
    this.rate.onrate = now => {
      this.rateNow.textContent = `${now.received.toLocaleString('en')} in, ${now.sent.toLocaleString('en')} out a second`
    }
    const log = h('div', { class: 'pane' }, h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Log, newest first' }, this.log))
    this.panes = tabs('What is seen of the connection', {
      Messages: this.messages.element, Packets: this.packets.element, Log: log, Code: this.code.element,
    })
    this.panes.list.addEventListener('shown', shown => { if (shown.detail === 'Code') this.code.draw() })
    this.details = h('details', { class: 'settings', open: true }, h('summary', {}, 'Connection settings'), this.form.element)
    this.element = h('div', { class: 'connection' },
      h('div', { class: 'left' },
        h('section', { class: 'card status' }, h('h2', {}, 'Connection'),
          h('div', { class: 'row mid' }, this.badge, this.since, this.retry, this.drop, this.connect),
          this.fault, this.counts, this.rate.element, this.rateNow),
        this.details, this.subscriptions.element, this.publish.element),
      h('section', { class: 'right card' }, h('h2', {}, 'Traffic'), this.panes.list, ...this.panes.boxes))
    engine.ready.then(() => { this.connect.disabled = false }, () => {})
  }

  settingsChanged() {
    this.code?.draw()
    this.changed()
  }

  import(settings) {
    if (this.isActive) return false
    this.form.fill(Object.assign(this.settings, settings))
    return true
  }

  async toggle() {
    if (this.connect.disabled) return
    if (this.isActive) {
      await engine.close(this.id)
      return
    }
    this.fault.replaceChildren()
    engine.listen(this.id, news => this.take(news))
    const answer = engine.open(this.id, this.settings.url, JSON.stringify(toOptions(this.settings)))
    if (answer.fault) {
      this.showFault(answer.fault)
      return
    }
    this.state = 'Connecting'
    this.packets.clear()
    this.say()
    this.subscriptions.open()
  }

  /** Takes what is new. */
  take(news) {
    const before = this.state
    this.state = news.state
    if (news.state !== before) this.say()
    if (news.state === 'Connected') this.fault.replaceChildren()
    else if (news.fault) this.showFault(news.fault)
    this.counts.textContent = `${news.received.toLocaleString('en')} messages in, ${news.sent.toLocaleString('en')} out; `
      + `${news.bytesReceived.toLocaleString('en')} bytes in, ${news.bytesSent.toLocaleString('en')} out`
      + (news.inFlight + news.queued > 0 ? `; ${news.inFlight} in flight, ${news.queued} waiting` : '')
    this.since.textContent = news.state === 'Connected' ? news.sessionPresent ? `as ${news.clientId}, session kept` : `as ${news.clientId}` : ''
    this.messages.take(news)
    this.packets.take(news)
    this.rate.take(news)
    this.subscriptions.take(news)
    for (const line of news.events) {
      const space = line.indexOf(' ')
      const time = clock(Number(line.slice(0, space)))
      this.log.prepend(h('li', {}, h('time', {}, time), ` ${line.slice(space + 1)}`))
    }
    while (this.log.children.length > mostLines) this.log.lastChild.remove()
  }

  /** Shows the sentence of a fault, and the line that finds out more. */
  showFault(fault) {
    if (this.fault.dataset.shown === fault.message && this.fault.childElementCount > 0) return
    this.fault.dataset.shown = fault.message
    const line = doctorLine(this.settings)
    this.fault.replaceChildren(h('p', { class: 'bad' }, fault.message, fault.rule && !fault.message.includes(fault.rule) ? ` [${fault.rule}]` : ''),
      h('p', { class: 'quiet' }, 'To examine it step by step, run this in a terminal:'),
      h('div', { class: 'row' }, h('code', { class: 'grow line' }, line), copyButton(() => line)))
  }

  say() {
    this.badge.textContent = this.state === 'Reconnecting' ? 'Trying again' : this.state
    this.badge.className = `state ${this.state.toLowerCase()}`
    this.connect.textContent = this.isActive ? 'Disconnect' : 'Connect'
    this.connect.classList.toggle('primary', !this.isActive)
    this.drop.hidden = this.state !== 'Connected'
    this.retry.hidden = this.state !== 'Reconnecting'
    this.publish.open(this.isActive)
    this.form.lock(this.isActive)
    if (this.state === 'Connected') this.details.open = false
    if (!this.isActive) {
      this.subscriptions.close()
      this.details.open = true
    }
    this.changed()
  }

  async remove() {
    this.rate.stop()
    engine.forget(this.id)
    if (this.isActive) await engine.close(this.id)
  }
}
