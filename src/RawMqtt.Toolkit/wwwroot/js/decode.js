// SPDX-License-Identifier: MIT
// Decode: bytes from anywhere, explained.

import { debounce, field, h, select } from './dom.js'
import * as engine from './engine.js'
import { unitView } from './fields.js'

const examples = {
  'a PUBLISH': '330a0003612f62000a686921',
  'a CONNECT with a Will': '102a00044d5154540406003c000673656e736f7200075769 6c6c4d7367 000b 636f6e6e2e206c6f73742e',
  'a SUBSCRIBE with wrong flags': '800a000100056120622f6300',
  'a masked frame': '82 8e 37 fa 21 3d 07 f6 21 39 56 d5 43 2a 5f 9f 4d 51 58 db',
  'a handshake': [
    'GET /mqtt HTTP/1.1', 'Host: localhost:8083', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Protocol: mqtt', '', '',
  ].join('\r\n'),
}
const frameNote = 'A browser hides this layer from pages: in a browser you see it here, never live.'

export function decodeView() {
  const text = h('textarea', { rows: 6, class: 'mono', spellcheck: 'false', oninput: debounce(200, () => explain()) })
  const layer = select([['', 'found out'], ['mqtt', 'MQTT'], ['websocket', 'WebSocket']], '', { onchange: () => explain() })
  const sender = select([['', 'found out'], ['client', 'the client'], ['server', 'the server']], '', { onchange: () => explain() })
  const result = h('div', { class: 'units' })
  const verdict = h('p', { role: 'status' })
  const buttons = Object.entries(examples).map(([name, bytes]) => h('button', { type: 'button', class: 'small', onclick: () => {
    text.value = bytes.startsWith('GET ') ? hexOf(bytes) : bytes
    layer.value = ''
    sender.value = ''
    explain()
  } }, name))

  async function explain() {
    await engine.ready
    if (text.value.trim() === '') {
      verdict.textContent = ''
      result.replaceChildren()
      return
    }
    const found = engine.decode(text.value, layer.value, sender.value)
    if (!found.units) {
      verdict.className = 'bad'
      verdict.textContent = found.message
      result.replaceChildren()
      return
    }
    const rest = found.length - found.consumed
    verdict.className = found.ok ? 'good' : 'bad'
    verdict.textContent = found.ok ? `${found.length} bytes, all explained.`
      : found.units.some(unit => unit.broken) ? `A rule is broken after ${found.consumed} good bytes.`
        : `The bytes end in the middle of what begins at offset ${found.consumed}: ${rest} bytes are not a whole unit.`
    result.replaceChildren(...found.units.map(unit => unitView(unit, unit.kind === 'Packet' ? null : h('p', { class: 'note' }, frameNote))))
  }

  return h('div', { class: 'tool' }, h('section', { class: 'card' }, h('h2', {}, 'Decode'),
    h('p', { class: 'quiet' }, 'Paste bytes of MQTT or of a WebSocket: hexadecimal, base64, or a dump with offsets, such as Wireshark’s.'),
    field('Bytes', text), h('div', { class: 'row' }, field('They are', layer), field('Sent by', sender)),
    h('div', { class: 'row mid' }, h('span', { class: 'quiet' }, 'For example'), ...buttons), verdict), result)
}

function hexOf(text) {
  return Array.from(new TextEncoder().encode(text), one => one.toString(16).padStart(2, '0')).join(' ')
}
