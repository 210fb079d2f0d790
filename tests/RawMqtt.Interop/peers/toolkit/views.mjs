// usage: node views.mjs CHROMIUM PAGE FOLDER     axe-core in every view, light and dark; the keyboard alone; screenshots at three widths in FOLDER
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { connect, openPage, publish, received, require, requireNoFaults, run, shown, subscribe } from './toolkit.mjs'

const [program, url, folder] = process.argv.slice(2)
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const sizes = [[1440, 900, 'light', 'wide'], [900, 1100, 'dark', 'middle'], [390, 844, 'light', 'phone']]

async function look(page, name, isDark) {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
  const said = violations.map(one => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map(node => node.html).join(' | ')}`)
  require(said.length === 0, `axe-core, ${name}${isDark ? ', dark' : ''}: ${said.join('\n')}`)
  console.log(`axe ${name}`)
}

await run(program, async browser => {
  for (const [width, height, colorScheme, size] of sizes) {
    const page = await openPage(browser, url, { viewport: { width, height }, colorScheme })
    const shot = name => page.screenshot({ path: `${folder}/${size}-${name}.png` })
    await look(page, `${size} form`, colorScheme === 'dark')
    await shot('form')
    await connect(page)
    await subscribe(page, 'testtopic')
    await subscribe(page, 'sensors/#', 1)
    for (const qos of [0, 1, 2]) await publish(page, 'testtopic', 'ws connection demo...!', { qos })
    await publish(page, 'sensors/kitchen/temperature', '{"degrees":21.5,"unit":"C"}', { qos: 1, format: 'json' })
    await received(page, 'sensors/kitchen', 'degrees')
    await page.evaluate(() => window.scrollTo(0, 0))
    await shot('messages')
    await look(page, `${size} messages`)
    await shown(page).getByRole('tab', { name: 'Packets' }).click()
    await shown(page).locator('.packets button').filter({ hasText: 'QoS 1, id' }).first().click()
    await shown(page).locator('.fields button').filter({ hasText: 'Packet Identifier' }).click()
    await shown(page).locator('.rules li').first().waitFor()
    await shot('packets')
    await look(page, `${size} packets`)
    for (const tab of ['Log', 'Code']) {
      await shown(page).getByRole('tab', { name: tab }).click()
      if (size === 'wide') await look(page, tab)
    }
    await shot('code')
    await page.getByRole('button', { name: 'Decode', exact: true }).click()
    await page.getByRole('button', { name: 'a SUBSCRIBE with wrong flags' }).click()
    await page.getByText('Breaks [MQTT-3.8.1-1]').waitFor()
    await look(page, `${size} decode`)
    await page.getByRole('button', { name: 'a handshake' }).click()
    await page.getByText('A browser hides this layer from pages').first().waitFor()
    await shot('decode')
    await page.getByRole('button', { name: 'Tour', exact: true }).click()
    await page.getByText('Step 1 of').waitFor()
    for (let i = 0; i < 4; i++) await page.getByRole('button', { name: 'Next', exact: true }).click()
    await shot('tour')
    await look(page, `${size} tour`)
    const isWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
    require(!isWide, `the page is wider than ${width}`)
    requireNoFaults(page)
    await page.context().close()
  }
  await useKeyboard(await openPage(browser, url))
})

/** Connects, subscribes and reads packets without a mouse. */
async function useKeyboard(page) {
  await shown(page).getByLabel('Client ID', { exact: true }).focus()
  await page.keyboard.press('Enter')
  await shown(page).locator('.state.connected').waitFor()
  await shown(page).getByLabel('Topic filter').focus()
  await page.keyboard.type('keys/#')
  await page.keyboard.press('Enter')
  await shown(page).getByText('granted at QoS 0').waitFor()
  await shown(page).getByRole('tab', { name: 'Messages' }).focus()
  await page.keyboard.press('ArrowRight')
  require(await shown(page).getByRole('tab', { name: 'Packets' }).getAttribute('aria-selected') === 'true', 'the arrow does not choose the tab')
  await shown(page).locator('.packets button').first().focus()
  await page.keyboard.press('Enter')
  await shown(page).locator('.fields button').first().focus()
  await page.keyboard.press('Space')
  require(await shown(page).locator('.byte.lit').count() === 1, 'the space bar does not choose a field')
  requireNoFaults(page)
  console.log('keyboard')
}
