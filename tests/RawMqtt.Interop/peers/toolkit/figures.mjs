// usage: node figures.mjs CHROMIUM PAGE
// Five visits, each with a browser of its own: first paint, and the first message from the start of the visit.
import { chromium } from 'playwright-core'
import { connect, openPage, publish, received, subscribe } from './toolkit.mjs'

const [program, url] = process.argv.slice(2)
const median = values => values.toSorted((a, b) => a - b)[values.length >> 1]
const paints = [], messages = []
for (let visit = 0; visit < 5; visit++) {
  const browser = await chromium.launch({ executablePath: program, headless: true })
  const page = await openPage(browser, url)
  await connect(page)
  await subscribe(page, 'figures/#', 0)
  await publish(page, 'figures/first', 'here')
  await received(page, 'figures/first', 'here')
  const [paint, message] = await page.evaluate(() => [performance.getEntriesByName('first-paint')[0].startTime, performance.now()])
  paints.push(paint / 1000)
  messages.push(message / 1000)
  await browser.close()
}
for (const [name, values] of Object.entries({ 'first paint': paints, 'first message': messages })) {
  console.log(`${name}: median ${median(values).toFixed(2)} s, ${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)} s`)
}
