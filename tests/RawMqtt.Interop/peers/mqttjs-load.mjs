// usage: node mqttjs-load.mjs URL COUNT SIZE QOS RATE
// A load as a script with MQTT.js makes it: one publisher, one subscriber, COUNT messages of SIZE bytes, RATE a second (0: as fast as they are taken).
// Each message holds the time at which it was due. Prints one line: received, seconds until the last one, p50 and p99 in microseconds.
import mqtt from 'mqtt'

const [url, ...numbers] = process.argv.slice(2)
const [count, size, qos, rate] = numbers.map(Number)
const now = () => Number(process.hrtime.bigint()) / 1000
const options = { clean: true, reconnectPeriod: 0 }
const subscriber = await mqtt.connectAsync(url, options)
const publisher = await mqtt.connectAsync(url, options)
const times = []
let start, last, idle

function end () {
  times.sort((a, b) => a - b)
  const at = share => Math.round(times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0)
  console.log(`${times.length} ${((last - start) / 1e6).toFixed(3)} ${at(0.5)} ${at(0.99)}`)
  process.exit(0)
}

subscriber.on('message', (_, payload) => {
  last = now()
  times.push(last - payload.readDoubleBE(0))
  clearTimeout(idle)
  if (times.length === count) end()
  idle = setTimeout(end, 2000)
})
await subscriber.subscribeAsync('load', { qos })
start = now()
let next = 0
let inFlight = 0
async function send (due) {
  const payload = Buffer.alloc(size)
  payload.writeDoubleBE(due)
  inFlight++
  next++
  await publisher.publishAsync('load', payload, { qos })
  inFlight--
}
if (rate > 0) {
  // timers of node fall on milliseconds: what is due by then leaves then, and its time counts from when it was due
  const timer = setInterval(() => {
    while (next < count && start + next * 1e6 / rate <= now()) send(start + next * 1e6 / rate)
    if (next === count) clearInterval(timer)
  }, 1)
} else {
  while (next < count) {
    while (next < count && inFlight < 256) send(now())
    await new Promise(resolve => setImmediate(resolve))
  }
}
