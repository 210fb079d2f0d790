// SPDX-License-Identifier: MIT
// The present settings as programs, and as the options JSON that they can come from.

import { asCommands, asCSharp, asMqttJs } from './code.js'
import { copyButton, field, h, save, select } from './dom.js'
import * as engine from './engine.js'
import { fromOptions, toOptions } from './options.js'

export class CodePane {
  /** @param settings Returns the settings. @param imported Called with new ones; returns false if the form is in use. */
  constructor(settings, imported) {
    this.settings = settings
    this.language = select([['cs', 'C#, RawMqtt'], ['js', 'JavaScript, MQTT.js'], ['sh', 'Command line']], 'cs', { onchange: () => this.draw() })
    this.code = h('pre', { tabindex: '0', 'aria-label': 'Code' })
    this.json = h('textarea', { rows: 8, class: 'mono', spellcheck: 'false' })
    this.result = h('p', { role: 'status', class: 'quiet' })
    this.element = h('div', { class: 'pane' },
      h('div', { class: 'row' }, field('As', this.language), h('span', { class: 'grow' }), copyButton(() => this.code.textContent)), this.code,
      h('h3', {}, 'Options as JSON'), h('p', { class: 'quiet' }, 'With the names of MQTT.js; the address stands beside it. A password is left out.'),
      field('JSON', this.json),
      h('div', { class: 'row' },
        h('button', { type: 'button', class: 'small', onclick: () => this.fill() }, 'Fill from the form'),
        h('button', { type: 'button', class: 'small', onclick: () => this.take(imported) }, 'Put into the form'),
        copyButton(() => this.json.value),
        h('button', { type: 'button', class: 'small', onclick: () => save('options.json', this.json.value, 'application/json') }, 'Save')), this.result)
  }

  draw() {
    const write = { cs: asCSharp, js: asMqttJs, sh: asCommands }[this.language.value]
    this.code.textContent = write(this.settings())
    if (this.json.value === '') this.fill()
  }

  fill() {
    this.json.value = JSON.stringify(toOptions(this.settings(), false), null, 2)
    this.say('')
  }

  take(imported) {
    const answer = engine.checkOptions(this.json.value)
    if (answer.fault) return this.say(answer.fault.message, true)
    try {
      const isTaken = imported(fromOptions(this.settings(), this.json.value))
      this.say(isTaken ? 'The form has the options now.' : 'The client is connected with the present options: disconnect first.', !isTaken)
    } catch (fault) {
      this.say(`The options have to be plain JSON here: ${fault.message}`, true)
    }
  }

  say(text, isBad = false) {
    this.result.textContent = text
    this.result.className = isBad ? 'bad' : 'quiet'
  }
}
