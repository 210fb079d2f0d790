// usage: node mqttjs-session.mjs URL [CA-FILE]
// MQTT.js as it comes, with the options of the article: connects, subscribes, publishes at each QoS, receives, unsubscribes, ends.
import fs from 'node:fs'
import mqtt from 'mqtt'

const [url, caFile] = process.argv.slice(2)
const clientId = 'mqttjs_' + Math.random().toString(16).substr(2, 8)

const options = {
  keepalive: 60,
  clientId: clientId,
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  reconnectPeriod: 1000,
  connectTimeout: 30 * 1000,
  will: {
    topic: 'WillMsg',
    payload: 'Connection Closed abnormally..!',
    qos: 0,
    retain: false
  }
}
if (caFile) options.ca = fs.readFileSync(caFile)

const say = line => process.stdout.write(line + '\n')
const fail = error => { say(`error ${error.message}`); process.exit(1) }
setTimeout(() => fail(new Error('not done in 110 s')), 110000).unref()

const client = mqtt.connect(url, options)
client.on('error', fail)
client.on('reconnect', () => fail(new Error('the connection was lost')))
let received = 0
client.on('message', (topic, payload, packet) => {
  say(`message ${topic} ${payload} qos ${packet.qos} retain ${packet.retain}`)
  if (++received < 3) return
  client.unsubscribe('testtopic', error => {
    if (error) fail(error)
    say('unsubscribed')
    client.end(false, {}, () => say('ended'))
  })
})
client.on('connect', async connack => {
  say(`connected session present ${connack.sessionPresent}`)
  const granted = await client.subscribeAsync('testtopic', { qos: 2 })
  say(`granted ${granted.map(one => `${one.topic} ${one.qos}`)}`)
  for (const qos of [0, 1, 2]) {
    await client.publishAsync('testtopic', `ws connection demo...! ${qos}`, { qos, retain: false })
    say(`published ${qos}`)
  }
})
