// usage: node mqttjs-publish.mjs URL TOPIC COUNT SIZE
// Publishes COUNT messages of SIZE bytes at QoS 1: MQTT.js under node writes each packet as several WebSocket frames.
import mqtt from 'mqtt'

const [url, topic, count, size] = process.argv.slice(2)
const client = mqtt.connect(url, { clean: true, reconnectPeriod: 0 })
client.on('error', error => { console.log(`error ${error.message}`); process.exit(1) })
client.on('connect', async () => {
  const payload = Buffer.alloc(Number(size), 'x')
  const sent = []
  for (let i = 0; i < Number(count); i++) {
    payload.writeUInt32BE(i)
    sent.push(client.publishAsync(topic, Buffer.from(payload), { qos: 1 }))
  }
  await Promise.all(sent)
  console.log('acknowledged')
  client.end()
})
