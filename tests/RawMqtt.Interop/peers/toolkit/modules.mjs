// usage: node modules.mjs MODULES TOUR     the modules of the page that need no page
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { execFileSync } from 'node:child_process'

const [modules, tour] = process.argv.slice(2)
const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'modules-'))
fs.cpSync(modules, copy, { recursive: true })
fs.writeFileSync(path.join(copy, 'package.json'), '{ "type": "module" }') // older versions of node ask for it
globalThis.location = { origin: 'http://localhost:8083', protocol: 'http:', hostname: 'localhost', port: '8083' }
const from = name => import(path.join(copy, name))
const { formatJson, fromHex, toBytes, toText } = await from('payload.js')
const { asCommands, asCSharp, asMqttJs } = await from('code.js')
const { fromOptions, join, parts, toOptions } = await from('options.js')
const { readTour } = await from('tourtext.js')

assert.deepEqual([...toBytes('0xDE, ad-be:ef', 'hex')], [0xde, 0xad, 0xbe, 0xef])
assert.throws(() => fromHex('abc'), /two digits/)
assert.throws(() => toBytes('!!!', 'base64'), /not base64/)
assert.equal(toText(toBytes('aGVsbG8=', 'base64'), 'text'), 'hello')
assert.equal(toText(Uint8Array.from([0xff, 0]), 'text'), 'ff 00')
assert.equal(formatJson('{"n":12345678901234567890.10,"s":"{,}","e":[],"o":{}}'), '{\n  "n": 12345678901234567890.10,\n  "s": "{,}",\n  "e": [],\n  "o": {}\n}')

for (const url of ['ws://localhost:8083/mqtt', 'wss://[::1]:8084/a?b=c', 'ws://u:p@h', '']) assert.equal(join(parts(url)), url)
assert.deepEqual(parts('localhost:8083/x'), { scheme: '', login: '', host: 'localhost', port: '8083', path: '/x' })

const odd = `a"b'c\\d\n$\{x}\u2028`
const settings = {
  url: 'ws://localhost:8083/mqtt', clientId: odd, username: odd, password: 'secret', keepalive: 60, clean: false, reconnectPeriod: 1000,
  connectTimeout: 30000, will: { topic: odd, payload: odd, qos: 1, retain: true }, subscriptions: [{ filter: odd, qos: 2 }],
}
assert.equal(fromOptions({ ...settings, clientId: '' }, JSON.stringify(toOptions(settings))).clientId, odd)
assert.equal(toOptions(settings, false).password, undefined)
for (const write of [asCSharp, asMqttJs, asCommands]) assert.ok(!write(settings).includes('secret'))
const made = new Function('mqtt', `${asMqttJs(settings).replace(/^import.*$/m, '')}; return client`)({
  connect: (url, options) => ({ url, options, on: () => {} }),
})
assert.equal(made.options.clientId, odd)
assert.equal(made.options.will.payload, odd)
const words = execFileSync('bash', ['-c', `printf '%s\\0' ${asCommands(settings).split(' -k ')[0].slice('rawmqtt sub '.length)}`]).toString().split('\0')
assert.equal(words[2], odd)

const units = readTour(fs.readFileSync(tour, 'utf8')).flatMap(chapter => chapter.units)
assert.ok(units.length > 40)
for (const unit of units.filter(one => one.kind === 'Packet')) {
  const bytes = unit.fields.map(field => field.bytes).join('')
  assert.equal(parseInt(bytes.slice(2, 4), 16), bytes.length / 2 - 2, unit.title) // the tour's packets are short
  assert.equal(unit.fields.every(field => field.name && field.section), true, unit.title)
}
fs.rmSync(copy, { recursive: true })
console.log('done')
