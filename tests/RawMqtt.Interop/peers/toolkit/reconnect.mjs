// usage: node reconnect.mjs CHROMIUM PAGE     writes "connected", waits until the connection was lost and stands again, and uses it
import { connect, openPage, patience, publish, received, requireNoFaults, run, shown, subscribe } from './toolkit.mjs'

const [program, url] = process.argv.slice(2)
await run(program, async browser => {
  const page = await openPage(browser, url)
  await connect(page, { 'Reconnect, ms': '200' })
  await subscribe(page, 'again/#')
  console.log('connected')
  await shown(page).locator('.state.reconnecting').waitFor()
  const lost = await page.waitForFunction(() => [...document.querySelectorAll('.log li')].find(line => line.textContent.includes('1006'))?.textContent)
  console.log(`lost: ${await lost.jsonValue()}`)
  console.log(`doctor: ${await shown(page).locator('.fault .line').innerText()}`)
  await shown(page).locator('.state.connected').waitFor({ timeout: 2 * patience })
  await publish(page, 'again/a', 'after the restart', { qos: 2 })
  await received(page, 'again/a', 'after the restart')
  requireNoFaults(page)
})
