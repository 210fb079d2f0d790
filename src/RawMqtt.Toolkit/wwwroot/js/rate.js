// SPDX-License-Identifier: MIT
// Messages a second over the last minute, as a line.

const seconds = 60
const svg = 'http://www.w3.org/2000/svg'

export class Rate {
  constructor() {
    this.element = make('svg', { class: 'rate', viewBox: '0 0 240 40', preserveAspectRatio: 'none', role: 'img', 'aria-label': 'no messages yet' })
    this.received = make('polyline', { class: 'received', points: '' })
    this.sent = make('polyline', { class: 'sent', points: '' })
    this.element.append(this.received, this.sent)
    this.last = { received: 0, sent: 0 }
    this.total = { received: 0, sent: 0 }
    this.values = []
    this.timer = setInterval(() => this.tick(), 1000)
  }

  take(news) {
    this.total = { received: news.messageCount ?? 0, sent: news.sent ?? 0 }
    if (this.total.received < this.last.received || this.total.sent < this.last.sent) this.last = { received: 0, sent: 0 } // another client
  }

  tick() {
    this.values.push({ received: this.total.received - this.last.received, sent: this.total.sent - this.last.sent })
    this.last = { ...this.total }
    if (this.values.length > seconds) this.values.shift()
    const most = Math.max(1, ...this.values.map(one => Math.max(one.received, one.sent)))
    const points = name => this.values.map((one, i) => `${(240 * (i + seconds - this.values.length)) / (seconds - 1)},${38 - 36 * one[name] / most}`).join(' ')
    this.received.setAttribute('points', points('received'))
    this.sent.setAttribute('points', points('sent'))
    const now = this.values.at(-1)
    this.element.setAttribute('aria-label', `${now.received} messages received and ${now.sent} sent in the last second; at most ${most} in the last minute`)
    this.onrate?.(now)
  }

  stop() {
    clearInterval(this.timer)
  }
}

function make(tag, attributes) {
  const element = document.createElementNS(svg, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}
