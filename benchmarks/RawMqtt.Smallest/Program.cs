// SPDX-License-Identifier: MIT

// Publishes one message over ws by the layers alone: what a device pays for them.
using System.Net;
using System.Net.Sockets;
using RawMqtt.Codec;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

if (args is not [string port, string topic, string message]) return 1;

using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
socket.Connect(IPAddress.Loopback, int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
await using WebSocketStream stream = await WebSocketStream.ConnectAsync(new NetworkStream(socket), new ClientHandshake { Host = $"localhost:{port}" });

byte[] bytes = new byte[1024];
int length = new ConnectPacket { ClientId = "smallest"u8, CleanSession = true, KeepAlive = 60 }.Write(bytes);
await stream.WriteAsync(bytes.AsMemory(0, length));
int received = await stream.ReadAsync(bytes);
var reader = new PacketReader(bytes.AsSpan(0, received), MqttRole.Server, maximumPacketLength: bytes.Length);
if (reader.Read() != System.Buffers.OperationStatus.Done || !ConnAckPacket.TryRead(reader.Body, out ConnAckPacket connAck, out _)
    || connAck.ReturnCode != ConnectReturnCode.Accepted) return 2;

length = new PublishPacket { Topic = System.Text.Encoding.UTF8.GetBytes(topic), Payload = System.Text.Encoding.UTF8.GetBytes(message) }.Write(bytes);
length += new DisconnectPacket().Write(bytes.AsSpan(length));
await stream.WriteAsync(bytes.AsMemory(0, length));
return 0;
