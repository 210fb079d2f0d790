// usage: node addresses.mjs CHROMIUM PAGE DEADPORT     what is said while wrong addresses are typed, and when they are dialled
import { fill, openPage, requireNoFaults, run, shown } from './toolkit.mjs'

const [program, url, dead] = process.argv.slice(2)
const verdicts = [
  ['localhost:8083/mqtt', /has no protocol in front\. Try ws:\/\/localhost:8083\/mqtt/],
  ['http://localhost:8083/mqtt', /"http" does not carry MQTT/],
  ['mqtt://localhost:1883', /browser cannot open mqtt/],
  ['ws://localhost:99999/mqtt', /port 99999 .* outside/i],
  ['ws://localhost:8084/mqtt', /Port 8084 usually has TLS: try wss:/],
  ['wss://localhost:8083/mqtt', /Port 8083 usually has no TLS/],
  ['ws://localhost:1883/mqtt', /MQTT without WebSocket/],
  ['ws://localhost:8083', /There is no path/],
  ['ws://::1:8083/mqtt', /\[::1\]/],
  ['ws://broker.example.com:8083/mqtt', /our broker refuses this page unless it runs with --allow-origin/],
]
await run(program, async browser => {
  const page = await openPage(browser, url)
  for (const [address, said] of verdicts) {
    await fill(page, { Address: address })
    await shown(page).locator('.verdict').filter({ hasText: said }).waitFor()
    console.log(`judged ${address}`)
  }
  await fill(page, { Address: `ws://127.0.0.1:${dead}/mqtt` })
  await shown(page).getByRole('button', { name: 'Connect', exact: true }).click()
  await shown(page).locator('.fault').filter({ hasText: 'hides the reason from pages' }).waitFor()
  await shown(page).locator('.fault').filter({ hasText: `rawmqtt doctor ws://127.0.0.1:${dead}/mqtt --page ` }).waitFor()
  await shown(page).getByRole('button', { name: 'Disconnect' }).click()
  await shown(page).getByRole('button', { name: 'Connect', exact: true }).waitFor()
  console.log('refused')
  await fill(page, { Address: 'mqtt://localhost:1883' })
  await shown(page).getByRole('button', { name: 'Connect', exact: true }).click()
  await shown(page).locator('.fault').filter({ hasText: 'A browser opens WebSockets alone' }).waitFor()
  requireNoFaults(page)
})
