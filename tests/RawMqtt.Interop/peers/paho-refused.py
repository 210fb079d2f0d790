# usage: python3 paho-refused.py URL
# What Eclipse Paho's interoperability tests ask of a broker that refuses test/nosubscribe: SUBACK 0x80, beside filters that are granted.
import queue, sys, urllib.parse
import paho.mqtt.client as mqtt

url = urllib.parse.urlparse(sys.argv[1])
events = queue.Queue()
client = mqtt.Client('paho-refused', protocol=mqtt.MQTTv311)
client.on_connect = lambda c, u, flags, rc: events.put(('connected', rc))
client.on_subscribe = lambda c, u, mid, granted: events.put(('granted', *granted))
client.on_message = lambda c, u, m: events.put(('message', m.topic, m.payload.decode()))


def expect(*event):
    got = events.get(timeout=60)
    if got != event:
        sys.exit(f'expected {event}, got {got}')
    print(*event, flush=True)


client.connect(url.hostname, url.port)
client.loop_start()
expect('connected', 0)
client.subscribe('test/nosubscribe', 2)
expect('granted', 0x80)
client.subscribe([('test/yes', 1), ('test/nosubscribe', 1), ('test/+', 2)])
expect('granted', 1, 0x80, 2)
client.publish('test/nosubscribe', 'not for me', 1)
client.publish('test/yes', 'for me', 1)
expect('message', 'test/yes', 'for me')
client.disconnect()
print('done')
