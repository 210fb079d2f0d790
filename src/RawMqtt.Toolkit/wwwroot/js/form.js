// SPDX-License-Identifier: MIT
// The form of a connection: the address as a whole and in parts, who the client is, and its Will.

import { check, debounce, field, h, select } from './dom.js'
import * as engine from './engine.js'
import { join, parts, randomClientId } from './options.js'

const number = (value, most) => h('input', { type: 'number', min: 0, max: most, step: 1, value: String(value), required: true })
const text = (value, properties = {}) => h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none', ...properties, value })

export class ConnectionForm {
  /** @param id The connection's number. @param settings What is edited. @param changed Called after each change. @param submit Called when the form is sent. */
  constructor(id, settings, changed, submit) {
    this.settings = settings
    this.changed = changed
    this.element = h('form', { id: `form${id}`, novalidate: true, class: 'card', onsubmit: sent => { sent.preventDefault(); submit() } })
    this.verdict = h('div', { class: 'verdict', role: 'status' })
    this.judgeSoon = debounce(200, () => this.judge())
    this.fill(settings)
  }

  /** Puts settings into the fields. */
  fill(settings) {
    this.settings = settings
    const fields = this.fields = {
      name: text(settings.name, { placeholder: 'optional' }),
      url: text(settings.url, { class: 'mono', inputmode: 'url' }),
      scheme: select([['ws', 'ws'], ['wss', 'wss'], ['', 'other']], 'ws'), host: text(''), port: text('', { inputmode: 'numeric' }), path: text(''),
      clientId: text(settings.clientId), username: text(settings.username), password: h('input', { type: 'password', autocomplete: 'off' }),
      keepalive: number(settings.keepalive, 65535), connectTimeout: number(settings.connectTimeout, 2147483647),
      reconnectPeriod: number(settings.reconnectPeriod, 2147483647), clean: h('input', { type: 'checkbox' }),
      willTopic: text(settings.will.topic), willPayload: text(settings.will.payload), willQos: select([0, 1, 2], settings.will.qos),
      willRetain: h('input', { type: 'checkbox' }),
    }
    fields.password.value = settings.password
    fields.clean.checked = settings.clean
    fields.willRetain.checked = settings.will.retain
    this.splitAddress()
    fields.url.addEventListener('input', () => this.splitAddress())
    for (const part of [fields.scheme, fields.host, fields.port, fields.path]) part.addEventListener('input', () => this.joinAddress())
    this.draw()
    this.read()
  }

  draw() {
    const fields = this.fields
    const generate = h('button', { type: 'button', class: 'small', title: 'Draw a random client identifier', onclick: () => {
      fields.clientId.value = randomClientId()
      this.read()
    } }, 'Generate')
    this.element.replaceChildren(
      field('Address', fields.url, { class: 'wide' }),
      h('div', { class: 'row address' }, field('Scheme', fields.scheme), field('Host', fields.host, { class: 'grow' }), field('Port', fields.port),
        field('Path', fields.path)),
      this.verdict,
      h('div', { class: 'row' }, field('Client ID', fields.clientId, { class: 'grow' }), generate),
      h('div', { class: 'row' }, field('User name', fields.username, { class: 'grow' }), field('Password', fields.password, { class: 'grow' })),
      h('div', { class: 'row thirds' }, field('Keep alive, s', fields.keepalive), field('Timeout, ms', fields.connectTimeout),
        field('Reconnect, ms', fields.reconnectPeriod)),
      h('div', { class: 'row' }, check('Clean session', fields.clean), field('Name of this tab', fields.name, { class: 'grow' })),
      h('details', { open: fields.willTopic.value !== '' }, h('summary', {}, 'Will: what the broker publishes if this page vanishes'),
        h('div', { class: 'row' }, field('Will topic', fields.willTopic, { class: 'grow' }), field('Will QoS', fields.willQos)),
        field('Will message', fields.willPayload), check('Retain the Will', fields.willRetain)))
    this.element.oninput = () => this.read()
  }

  /** The address is one text; its parts are views of it. A pasted address with a user is split by the engine. */
  splitAddress() {
    const { scheme, login, host, port, path } = parts(this.fields.url.value.trim())
    this.login = login
    this.fields.scheme.value = scheme === 'ws' || scheme === 'wss' ? scheme : ''
    Object.assign(this.fields.host, { value: host })
    Object.assign(this.fields.port, { value: port })
    Object.assign(this.fields.path, { value: path })
  }

  joinAddress() {
    const { scheme, host, port, path } = this.fields
    if (host.value.includes('://')) this.fields.url.value = host.value.trim() // a whole address was pasted here
    else this.fields.url.value = join({ scheme: scheme.value, login: this.login, host: host.value.trim(), port: port.value.trim(), path: path.value.trim() })
    if (host.value.includes('://')) this.splitAddress()
  }

  read() {
    const fields = this.fields
    const whole = (control, otherwise) => Number.isInteger(control.valueAsNumber) ? control.valueAsNumber : otherwise
    Object.assign(this.settings, {
      name: fields.name.value, url: fields.url.value.trim(), clientId: fields.clientId.value, username: fields.username.value,
      password: fields.password.value, keepalive: whole(fields.keepalive, -1), connectTimeout: whole(fields.connectTimeout, -1),
      reconnectPeriod: whole(fields.reconnectPeriod, -1), clean: fields.clean.checked,
      will: { topic: fields.willTopic.value, payload: fields.willPayload.value, qos: Number(fields.willQos.value), retain: fields.willRetain.checked },
    })
    this.changed()
    this.judgeSoon()
  }

  /** Says what the library and the browser think of the address, while it is typed. */
  async judge() {
    await engine.ready
    const url = this.settings.url
    const judgement = await engine.judge(url, location.origin)
    if (url !== this.settings.url) return
    this.fields.url.setAttribute('aria-invalid', judgement.fault !== undefined || judgement.refused)
    if (judgement.fault) this.verdict.replaceChildren(h('p', { class: 'bad' }, judgement.fault.message))
    else {
      this.verdict.replaceChildren(h('p', { class: judgement.refused ? 'bad' : 'good' }, judgement.verdict),
        ...judgement.remarks.map(remark => h('p', { class: 'warn' }, remark)))
    }
  }

  /** Locks the fields while a client uses them. */
  lock(isLocked) {
    for (const control of Object.values(this.fields)) if (control !== this.fields.name) control.disabled = isLocked
    for (const button of this.element.querySelectorAll('button')) button.disabled = isLocked
  }
}
