# usage: python3 paho-life.py URL [CA-FILE]
# Paho for Python as it comes: QoS 0 to 2, retained messages, a kept session with messages that waited, a will.
import os, queue, sys, urllib.parse
import paho.mqtt.client as mqtt

url = urllib.parse.urlparse(sys.argv[1])
ca = sys.argv[2] if len(sys.argv) > 2 else None
name = 'paho' + os.urandom(4).hex()


class Life:
    def __init__(self, client_id, clean, will=None):
        self.events = queue.Queue()
        transport = 'websockets' if url.scheme in ('ws', 'wss') else 'tcp'
        self.client = mqtt.Client(client_id, clean_session=clean, transport=transport, protocol=mqtt.MQTTv311)
        if transport == 'websockets':
            self.client.ws_set_options(path=url.path)
        if url.scheme in ('wss', 'mqtts'):
            self.client.tls_set(ca)
        if will:
            self.client.will_set(*will)
        self.client.on_connect = lambda c, u, flags, rc: self.events.put(('connected', rc, flags['session present']))
        self.client.on_subscribe = lambda c, u, mid, granted: self.events.put(('granted', *granted))
        self.client.on_unsubscribe = lambda c, u, mid: self.events.put(('unsubscribed',))
        self.client.on_disconnect = lambda c, u, rc: self.events.put(('disconnected', rc))
        self.client.on_message = lambda c, u, m: self.events.put(('message', m.topic.split('/')[-1], m.payload.decode(), m.qos, m.retain))

    def connect(self, present):
        self.client.connect(url.hostname, url.port, keepalive=60)
        self.client.loop_start()
        self.expect('connected', 0, present)

    def expect(self, *event):
        got = self.events.get(timeout=60)
        if got != event:
            sys.exit(f'expected {event}, got {got}')
        print(*event, flush=True)

    def publish(self, topic, payload, qos, retain=False):
        self.client.publish(f'{name}/{topic}', payload, qos, retain).wait_for_publish(20)

    def disconnect(self):
        self.client.disconnect()
        self.expect('disconnected', 0)
        self.client.loop_stop()


a = Life(name + 'a', clean=False)
a.connect(0)
a.client.subscribe(name + '/#', 2)
a.expect('granted', 2)
b = Life(name + 'b', clean=True, will=(name + '/will', 'gone', 1))
b.connect(0)
for qos in (0, 1, 2):
    b.publish(f'q{qos}', 'hello', qos)
    a.expect('message', f'q{qos}', 'hello', qos, 0)
b.publish('kept', 'old', 1, retain=True)
a.expect('message', 'kept', 'old', 1, 0)
b.client.subscribe(name + '/kept', 1)
b.expect('granted', 1)
b.expect('message', 'kept', 'old', 1, 1)
b.client.unsubscribe(name + '/kept')
b.expect('unsubscribed')
b.publish('kept', '', 0, retain=True)
a.expect('message', 'kept', '', 0, 0)
a.disconnect()
for n in range(40):
    b.publish('while-away', f'{n}', 1 if n < 20 else 2)
a.connect(1)
for n in range(40):
    a.expect('message', 'while-away', f'{n}', 1 if n < 20 else 2, 0)
b.publish('large', 'x' * 300000, 2)
a.expect('message', 'large', 'x' * 300000, 2, 0)
b.client.loop_stop()
b.client.socket().close()
a.expect('message', 'will', 'gone', 1, 0)
a.disconnect()
a = Life(name + 'a', clean=True)
a.connect(0)
a.disconnect()
print('done')
