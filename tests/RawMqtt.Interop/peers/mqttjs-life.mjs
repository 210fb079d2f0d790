// usage: node mqttjs-life.mjs URL [CA-FILE]
// MQTT.js as it comes: QoS 0 to 2, retained messages, a kept session with messages that waited, a will.
import fs from 'node:fs'
import mqtt from 'mqtt'

const [url, caFile] = process.argv.slice(2)
const name = 'mqttjs' + Math.random().toString(16).slice(2, 10)
const fail = message => { console.log(`error ${message}`); process.exit(1) }
setTimeout(() => fail('not done in 110 s'), 110000).unref()

class Life {
  constructor (clientId, clean, will) {
    this.options = { clientId, clean, will, protocolVersion: 4, reconnectPeriod: 0 }
    if (caFile) this.options.ca = fs.readFileSync(caFile)
    this.events = []
    this.waiting = null
  }

  async connect (present) {
    this.client = mqtt.connect(url, this.options)
    this.client.on('connect', connack => this.add(`connected ${connack.returnCode} ${connack.sessionPresent}`))
    this.client.on('message', (topic, payload, packet) => this.add(`message ${topic.split('/').at(-1)} ${payload} ${packet.qos} ${packet.retain}`))
    this.client.on('error', error => fail(error.message))
    await this.expect(`connected 0 ${present}`)
  }

  add (event) {
    this.events.push(event)
    this.waiting?.()
  }

  async expect (event) {
    while (this.events.length === 0) await new Promise(resolve => { this.waiting = resolve })
    const got = this.events.shift()
    if (got !== event) fail(`expected ${event.slice(0, 80)}, got ${got.slice(0, 80)}`)
    console.log(event.slice(0, 80))
  }

  publish (topic, payload, qos, retain = false) { return this.client.publishAsync(`${name}/${topic}`, payload, { qos, retain }) }
}

let a = new Life(name + 'a', false)
await a.connect(false)
if ((await a.client.subscribeAsync(name + '/#', { qos: 2 }))[0].qos !== 2) fail('QoS 2 was not granted')
const b = new Life(name + 'b', true, { topic: name + '/will', payload: Buffer.from('gone'), qos: 1, retain: false })
await b.connect(false)
for (const qos of [0, 1, 2]) {
  await b.publish(`q${qos}`, 'hello', qos)
  await a.expect(`message q${qos} hello ${qos} false`)
}
await b.publish('kept', 'old', 1, true)
await a.expect('message kept old 1 false')
await b.client.subscribeAsync(name + '/kept', { qos: 1 })
await b.expect('message kept old 1 true')
await b.client.unsubscribeAsync(name + '/kept')
await b.publish('kept', '', 0, true)
await a.expect('message kept  0 false')
await a.client.endAsync()
for (let n = 0; n < 40; n++) await b.publish('while-away', `${n}`, n < 20 ? 1 : 2)
await a.connect(true)
for (let n = 0; n < 40; n++) await a.expect(`message while-away ${n} ${n < 20 ? 1 : 2} false`)
await b.publish('large', 'x'.repeat(300000), 2)
await a.expect(`message large ${'x'.repeat(300000)} 2 false`)
b.client.stream.destroy()
await a.expect('message will gone 1 false')
await a.client.endAsync()
a = new Life(name + 'a', true)
await a.connect(false)
await a.client.endAsync()
console.log('done')
process.exit(0)
