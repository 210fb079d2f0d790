// SPDX-License-Identifier: MIT
// Reads spec-notes/tour.md: chapters with prose, and the units of their traces.

/** Returns the chapters: title, paragraphs and units. The text in front of the first one is a chapter without units. */
export function readTour(markdown) {
  const chapters = []
  let isTrace = false
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) isTrace = !isTrace
    else if (!isTrace && line.startsWith('# ')) chapters.push({ title: line.slice(2), prose: [''], units: [] })
    else if (!isTrace && line.startsWith('## ')) chapters.push({ title: line.slice(3), prose: [''], units: [] })
    else if (isTrace) readTraceLine(chapters.at(-1), line)
    else readProse(chapters.at(-1), line)
  }
  return chapters
}

function readProse(chapter, line) {
  if (line.trim() === '') chapter.prose.push('')
  else chapter.prose[chapter.prose.length - 1] += `${chapter.prose.at(-1) ? ' ' : ''}${line}`
}

function readTraceLine(chapter, line) {
  const title = /^([→←]) (.*?)\s+\(((?:RFC \d+|MQTT) [\d.]+)\)$/.exec(line)
  if (title) {
    const section = title[3].replace('MQTT ', '')
    const kind = title[2].startsWith('GET ') || title[2].startsWith('HTTP/') ? 'HttpHead' : title[3].startsWith('MQTT') ? 'Packet' : 'Frame'
    chapter.units.push({ sent: title[1] === '→', title: title[2], section, kind, fields: [] })
    return
  }
  const unit = chapter.units.at(-1)
  if (!unit || line.trim() === '') return
  if (unit.kind === 'HttpHead') readHeadLine(unit, line)
  else readByteLine(unit, line)
}

/** A line of an HTTP head: the line itself, its meaning, the section. */
function readHeadLine(unit, line) {
  const [name, value = '', section = ''] = line.trim().split(/\s{2,}/)
  unit.fields.push({ offset: 0, bytes: '', name, value, section })
}

/** A field: offset, bytes, meaning, section. A line of bytes alone goes on with the field above. */
function readByteLine(unit, line) {
  const found = /^ {2}([0-9a-f]{4,}) {2}((?:[0-9a-f]{2} )*[0-9a-f]{2})(?:\s{2,}(.*))?$/.exec(line)
  if (!found) return
  const bytes = found[2].replaceAll(' ', '')
  if (found[3] === undefined) {
    unit.fields.at(-1).bytes += bytes
    return
  }
  const [meaning, section = ''] = found[3].split(/\s{3,}(?=[\d.]+$)/)
  const colon = meaning.indexOf(': ')
  unit.fields.push({
    offset: parseInt(found[1], 16), bytes, name: colon < 0 ? meaning : meaning.slice(0, colon), value: colon < 0 ? '' : meaning.slice(colon + 2), section,
  })
}
