// usage: node browser-life.mjs CHROMIUM URL mqttjs|paho
// A page of a loopback origin, served here, that runs MQTT.js or Paho for browsers as they come, with their default settings, at QoS 0 to 2.
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const [program, url, library] = process.argv.slice(2)
const modules = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'node_modules')
const script = { mqttjs: 'mqtt/dist/mqtt.min.js', paho: 'paho-mqtt/paho-mqtt-min.js' }[library]
const fail = message => { console.log(`error ${message}`); process.exit(1) }
setTimeout(() => fail('not done in 110 s'), 110000).unref()

const pages = {
  mqttjs: `
    const client = mqtt.connect(url)
    client.on('error', error => say('error ' + error.message))
    client.on('close', () => say('error closed'))
    client.on('message', (topic, payload, packet) => received(topic, payload.toString(), packet.qos))
    client.on('connect', async () => {
      await client.subscribeAsync(topic, { qos: 2 })
      for (const qos of [0, 1, 2]) await client.publishAsync(topic, 'grüße ' + qos, { qos })
    })`,
  paho: `
    const client = new Paho.Client(url, 'page' + Math.random().toString(16).slice(2, 10))
    client.onConnectionLost = lost => say('error ' + lost.errorMessage)
    client.onMessageArrived = m => received(m.destinationName, m.payloadString, m.qos)
    client.connect({ onFailure: e => say('error ' + e.errorMessage), onSuccess: () => client.subscribe(topic, { qos: 2, onSuccess: () => {
      for (const qos of [0, 1, 2]) {
        const message = new Paho.Message('grüße ' + qos)
        message.destinationName = topic
        message.qos = qos
        client.send(message)
      }
    } }) })`
}
const page = `<!doctype html><meta charset="utf-8"><script src="/library.js"></script><script>
  const url = ${JSON.stringify(url)}, topic = 'page/' + Math.random().toString(16).slice(2, 10), say = text => console.log(text)
  let count = 0
  const received = (at, text, qos) => { say('message ' + text + ' at QoS ' + qos); if (at === topic && ++count === 3) say('done') }
  ${pages[library]}
</script>`

const server = http.createServer((request, response) => {
  const isScript = request.url === '/library.js'
  response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
  response.end(isScript ? fs.readFileSync(path.join(modules, script)) : page)
})
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const browser = await chromium.launch({ executablePath: program, headless: true })
const tab = await browser.newPage()
const lines = []
const done = new Promise(resolve => tab.on('console', line => {
  lines.push(line.text())
  console.log(line.text())
  if (line.text() === 'done' || line.text().startsWith('error') || line.type() === 'error') resolve()
}))
await tab.goto(`http://localhost:${server.address().port}/`)
await done
await browser.close()
server.close()
process.exit(lines.at(-1) === 'done' ? 0 : 1)
