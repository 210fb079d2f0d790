// usage: node mqttjs-latency.mjs URL
// MQTT.js as a contestant of `RawMqtt.Benchmarks -- latency`: for each number on the standard input, a turn of as many messages at QoS 0, one a
// millisecond, from the client to itself; a line of JSON with microseconds from the time at which each was due.
import readline from 'node:readline'
import mqtt from 'mqtt'

const warmUp = 200
const url = process.argv[2]
const now = () => Number(process.hrtime.bigint()) / 1000

async function turn (messages) {
  const client = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 })
  const topic = 'latency/' + Math.random().toString(16).slice(2, 10)
  let came = () => {}
  let latencies = []
  client.on('message', (_, payload) => { latencies.push(now() - payload.readDoubleLE()); came() })
  await client.subscribeAsync(topic, { qos: 0 })
  const payload = Buffer.alloc(16)
  let cpu
  let due = now()
  for (let i = -warmUp; i < messages; i++, due += 1000) {
    if (i === 0) { latencies = []; cpu = process.cpuUsage(); due = now() }
    while (now() < due) await new Promise(resolve => setImmediate(resolve))
    payload.writeDoubleLE(due)
    const arrival = new Promise(resolve => { came = resolve; setTimeout(resolve, 1000).unref() })
    client.publish(topic, Buffer.from(payload), { qos: 0 })
    await arrival
  }

  const used = process.cpuUsage(cpu)
  await client.endAsync()
  latencies.sort((a, b) => a - b)
  const at = part => latencies[Math.min(latencies.length - 1, Math.floor(part * latencies.length))]
  return {
    Contestant: 'MQTT.js', Messages: messages, Lost: messages - latencies.length, P50: at(0.5), P99: at(0.99), Max: at(1),
    CpuMicroseconds: (used.user + used.system) / messages, Bytes: null
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) console.log(JSON.stringify(await turn(Number(line))))
