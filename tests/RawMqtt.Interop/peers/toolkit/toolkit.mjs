// The toolkit's page in Chromium, as a person uses it: by labels, roles and texts.
import { chromium } from 'playwright-core'

export const patience = 45000

/** Runs a scenario with a browser. Its last line is "done", or "error" and why. */
export async function run(program, act) {
  setTimeout(() => { console.log('error not done in 110 s'); process.exit(1) }, 110000).unref()
  const browser = await chromium.launch({ executablePath: program, headless: true })
  try {
    await act(browser)
    console.log('done')
  } catch (fault) {
    console.log(`error ${fault.stack}`)
    process.exitCode = 1
  }
  await browser.close()
}

/** Opens the page in a profile of its own. Errors of the page's scripts are errors of the scenario. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ignoreHTTPSErrors: true, ...options })
  return openTab(context, url)
}

export async function openTab(context, url) {
  const page = await context.newPage()
  page.setDefaultTimeout(patience)
  page.faults = []
  page.on('pageerror', fault => page.faults.push(fault.message))
  page.on('console', line => { if (/Content Security Policy|TrustedHTML|TrustedScript/.test(line.text())) page.faults.push(line.text()) })
  await page.goto(url)
  await page.waitForSelector('html[data-engine=ready]')
  return page
}

export const shown = page => page.locator('.connection:not([hidden])')
const part = (page, heading) => shown(page).locator('section').filter({ has: page.getByRole('heading', { name: heading, exact: true }) })

export async function fill(page, fields) {
  for (const [label, value] of Object.entries(fields)) await shown(page).getByLabel(label, { exact: true }).fill(value)
}

export async function connect(page, fields = {}) {
  await fill(page, fields)
  await shown(page).getByRole('button', { name: 'Connect', exact: true }).click()
  await shown(page).locator('.state.connected').waitFor()
}

export async function subscribe(page, filter, qos = 2) {
  const box = part(page, 'Subscriptions')
  await box.getByLabel('Topic filter').fill(filter)
  await box.getByLabel('QoS').selectOption(String(qos))
  await box.getByRole('button', { name: 'Subscribe', exact: true }).click()
  await box.locator('li').filter({ hasText: filter }).getByText(/granted at QoS/).waitFor()
}

export async function publish(page, topic, text, { qos = 0, retain = false, format = 'text' } = {}) {
  const box = part(page, 'Publish')
  await box.getByLabel('Topic', { exact: true }).fill(topic)
  await box.getByLabel('Payload as').selectOption(format)
  await box.getByLabel('QoS').selectOption(String(qos))
  await box.getByLabel('Payload', { exact: true }).fill(text)
  await box.getByLabel('Retain').setChecked(retain)
  await box.getByRole('button', { name: 'Publish', exact: true }).click()
}

/** Waits for a message that came, and returns its text with what stands beside it. */
export async function received(page, topic, text) {
  const row = shown(page).locator('.messages li.received').filter({ has: page.locator('.topic', { hasText: topic }) }).filter({ hasText: text }).first()
  await row.waitFor()
  return (await row.locator('.head').innerText()).replace(/\s+/g, ' ')
}

export function require(condition, what) {
  if (!condition) throw new Error(what)
}

/** No script of the page failed, and none broke the policy. */
export function requireNoFaults(page) {
  require(page.faults.length === 0, page.faults.join('; '))
}
