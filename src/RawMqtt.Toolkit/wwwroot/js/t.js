import { dotnet } from '../_framework/dotnet.js'
const t0 = performance.now()
const rt = await dotnet.create()
const ex = (await rt.getAssemblyExports('RawMqtt.Toolkit')).RawMqtt.Toolkit.Page
rt.setModuleImports('page', { changed: id => setTimeout(() => console.log(ex.Take(id)), 30) })
console.log('up', performance.now())
console.log(ex.Open(1, `ws://${location.host}/mqtt`, '{"keepalive":60}'))
console.log(await ex.Subscribe(1, 'a/#', 2))
for (const q of [0, 1, 2]) console.log(await ex.Publish(1, 'a/b', new TextEncoder().encode('hi ' + q), q, false))
console.log('first', performance.now())
console.log(await ex.Judge('ws://localhost:8084/mqtt', location.origin), await ex.Judge('localhost:8083', location.origin))
console.log(ex.Decode('330a0003612f62000a686921', '', ''))
console.log('done')
