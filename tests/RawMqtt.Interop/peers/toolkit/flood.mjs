// usage: node flood.mjs CHROMIUM PAGE ADDRESS COUNT     subscribes, writes "ready", and counts; the frames of the page are watched meanwhile
import { connect, openPage, patience, require, requireNoFaults, run, shown, subscribe } from './toolkit.mjs'

const [program, url, address, count] = process.argv.slice(2)
await run(program, async browser => {
  const page = await openPage(browser, url)
  await connect(page, { Address: address })
  await subscribe(page, 'flood', 0)
  await page.evaluate(() => {
    window.frames_ = { longest: 0, last: performance.now(), count: 0 }
    const step = now => {
      window.frames_.longest = Math.max(window.frames_.longest, now - window.frames_.last)
      window.frames_.last = now
      window.frames_.count++
      requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })
  console.log('ready')
  await shown(page).locator('.messages li.received').filter({ hasText: `message ${count}` }).first().waitFor({ timeout: 2 * patience })
  const frames = await page.evaluate(() => window.frames_)
  const seen = Number((await shown(page).locator('.filters .count').innerText()).replaceAll(',', ''))
  console.log(`counted ${seen}`)
  console.log(`frames ${frames.count}, the longest gap ${Math.round(frames.longest)} ms`)
  require(await shown(page).locator('.messages li').count() <= 100, 'the page draws without a limit')
  requireNoFaults(page)
})
