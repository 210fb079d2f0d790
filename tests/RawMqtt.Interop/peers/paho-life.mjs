// usage: node paho-life.mjs URL
// Paho for browsers as it comes, on node's own WebSocket: QoS 0 to 2, retained messages, a kept session with messages that waited, a will.
const store = new Map()
globalThis.localStorage = { getItem: key => store.get(key) ?? null, setItem: (key, value) => store.set(key, `${value}`), removeItem: key => store.delete(key), key: i => [...store.keys()][i] ?? null, get length () { return store.size } }
globalThis.window = globalThis
const sockets = []
const { default: Real } = await import('ws')
globalThis.WebSocket = class extends Real { constructor (...args) { super(...args); sockets.push(this) } }
const { default: Paho } = await import('paho-mqtt')

const url = process.argv[2]
const name = 'pahojs' + Math.random().toString(16).slice(2, 10)
const fail = message => { console.log(`error ${message}`); process.exit(1) }
setTimeout(() => fail('not done in 110 s'), 110000).unref()

class Life {
  constructor (clientId, cleanSession, will) {
    this.events = []
    this.waiting = null
    this.client = new Paho.Client(url, clientId)
    this.options = { cleanSession, mqttVersion: 4, mqttVersionExplicit: true }
    if (will) this.options.willMessage = this.message(...will)
    this.client.onMessageArrived = m => this.add(`message ${m.destinationName.split('/').at(-1)} ${m.payloadString} ${m.qos} ${m.retained}`)
    this.client.onMessageDelivered = () => this.add('delivered')
    this.client.onConnectionLost = lost => lost.errorCode === 0 || fail(lost.errorMessage)
  }

  connect () { return new Promise((resolve, reject) => this.client.connect({ ...this.options, onSuccess: resolve, onFailure: e => reject(new Error(e.errorMessage)) })) }

  subscribe (topic, qos) { return new Promise((resolve, reject) => this.client.subscribe(`${name}/${topic}`, { qos, onSuccess: resolve, onFailure: reject })) }

  unsubscribe (topic) { return new Promise((resolve, reject) => this.client.unsubscribe(`${name}/${topic}`, { onSuccess: resolve, onFailure: reject })) }

  message (topic, payload, qos, retained = false) {
    const message = new Paho.Message(payload)
    Object.assign(message, { destinationName: `${name}/${topic}`, qos, retained })
    return message
  }

  async publish (...message) {
    this.client.send(this.message(...message))
    await this.expect('delivered')
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
}

const a = new Life(name + 'a', false)
await a.connect()
await a.subscribe('#', 2)
const b = new Life(name + 'b', true, ['will', 'gone', 1])
await b.connect()
const socketOfB = sockets.at(-1)
for (const qos of [0, 1, 2]) {
  await b.publish(`q${qos}`, 'hello', qos)
  await a.expect(`message q${qos} hello ${qos} false`)
}
await b.publish('kept', 'old', 1, true)
await a.expect('message kept old 1 false')
await b.subscribe('kept', 1)
await b.expect('message kept old 1 true')
await b.unsubscribe('kept')
await b.publish('kept', '', 0, true)
await a.expect('message kept  0 false')
a.client.disconnect()
for (let n = 0; n < 40; n++) await b.publish('while-away', `${n}`, n < 20 ? 1 : 2)
await a.connect()
for (let n = 0; n < 40; n++) await a.expect(`message while-away ${n} ${n < 20 ? 1 : 2} false`)
await b.publish('large', 'x'.repeat(300000), 2)
await a.expect(`message large ${'x'.repeat(300000)} 2 false`)
b.client.onConnectionLost = () => {} // it may hear of that before a hears of the will
socketOfB.close()
await a.expect('message will gone 1 false')
a.client.disconnect()
console.log('done')
process.exit(0)
