// SPDX-License-Identifier: MIT
// Publishing: the payload in several forms or from a file, and what was published before.

import { check, field, h, select } from './dom.js'
import * as engine from './engine.js'
import { formatJson, formats, toBytes } from './payload.js'

const mostHistory = 20
const mostFileBytes = 16 << 20

export class Publish {
  constructor(id, published) {
    this.id = id
    this.published = published
    this.history = []
    this.topic = h('input', { type: 'text', value: 'testtopic', spellcheck: 'false', autocapitalize: 'none', list: `topics${id}` })
    this.topics = h('datalist', { id: `topics${id}` })
    this.format = select([...formats, ['file', 'File']], 'text', { onchange: () => this.showFormat() })
    this.qos = select([0, 1, 2], 0)
    this.retain = h('input', { type: 'checkbox' })
    this.text = h('textarea', { rows: 4, spellcheck: 'false', value: 'ws connection demo...!' })
    this.file = h('input', { type: 'file' })
    this.past = h('select', { onchange: () => this.recall() }, h('option', { value: '' }, 'None yet'))
    this.result = h('p', { class: 'quiet', role: 'status' })
    this.button = h('button', { disabled: true, class: 'primary' }, 'Publish')
    this.tidy = h('button', { type: 'button', class: 'small', hidden: true, onclick: () => this.tidyJson() }, 'Format JSON')
    this.textField = field('Payload', this.text)
    this.fileField = field('File', this.file)
    this.fileField.hidden = true
    this.element = h('section', { class: 'card' }, h('h2', {}, 'Publish'),
      h('form', { onsubmit: sent => { sent.preventDefault(); this.send() } },
        h('div', { class: 'row' }, field('Topic', this.topic, { class: 'grow' }), field('Payload as', this.format), field('QoS', this.qos)),
        this.topics, this.textField, this.fileField,
        h('div', { class: 'row' }, check('Retain', this.retain), this.tidy, h('span', { class: 'grow' }), field('History', this.past), this.button),
        this.result))
  }

  open(isOpen) {
    this.button.disabled = !isOpen
  }

  showFormat() {
    const isFile = this.format.value === 'file'
    this.textField.hidden = isFile
    this.fileField.hidden = !isFile
    this.tidy.hidden = this.format.value !== 'json'
  }

  tidyJson() {
    try {
      this.text.value = formatJson(this.text.value)
      this.say('')
    } catch (fault) {
      this.say(fault.message, true)
    }
  }

  async bytes() {
    if (this.format.value !== 'file') return toBytes(this.text.value, this.format.value)
    const file = this.file.files[0]
    if (!file) throw new Error('Choose a file first.')
    if (file.size > mostFileBytes) throw new Error(`The file has ${file.size.toLocaleString('en')} bytes; the page sends at most 16 MiB at once.`)
    return new Uint8Array(await file.arrayBuffer())
  }

  async send() {
    let payload
    try {
      payload = await this.bytes()
    } catch (fault) {
      this.say(fault.message, true)
      return
    }
    const message = { topic: this.topic.value, qos: Number(this.qos.value), retain: this.retain.checked }
    this.remember(message)
    this.say(message.qos === 0 ? '' : 'Waiting for the broker’s answer…')
    this.published({ ...message, payload })
    const answer = await engine.publish(this.id, message.topic, payload, message.qos, message.retain)
    if (answer.fault) {
      this.say(answer.fault.message, true)
      return
    }
    const what = ['sent; at QoS 0 nothing answers', 'PUBACK came', 'PUBCOMP came'][message.qos]
    this.say(`${payload.length.toLocaleString('en')} bytes to ${message.topic}: ${what}, ${answer.milliseconds} ms.`)
  }

  say(text, isBad = false) {
    this.result.textContent = text
    this.result.className = isBad ? 'bad' : 'quiet'
  }

  remember({ topic, qos, retain }) {
    if (this.format.value === 'file') return
    const one = { topic, qos, retain, format: this.format.value, text: this.text.value }
    const same = JSON.stringify(one)
    this.history = [one, ...this.history.filter(known => JSON.stringify(known) !== same)].slice(0, mostHistory)
    this.past.replaceChildren(h('option', { value: '' }, 'Choose…'), ...this.history.map((known, i) =>
      h('option', { value: String(i) }, `${known.topic}: ${known.text.slice(0, 40)}`)))
    this.topics.replaceChildren(...[...new Set(this.history.map(known => known.topic))].map(known => h('option', { value: known })))
  }

  recall() {
    const one = this.history[Number(this.past.value)]
    if (this.past.value === '' || !one) return
    this.topic.value = one.topic
    this.format.value = one.format
    this.text.value = one.text
    this.qos.value = one.qos
    this.retain.checked = one.retain
    this.showFormat()
  }
}
