// The CONNECT that mqtt-packet makes of an options object, in hex. Argument: the object as JSON, in hex.
import mqttPacket from 'mqtt-packet'

const options = JSON.parse(Buffer.from(process.argv[2], 'hex').toString('utf8'))
console.log(mqttPacket.generate({ cmd: 'connect', ...options }).toString('hex'))
