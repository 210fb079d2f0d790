// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using RawMqtt.Codec;

// The codec alone over a socket: no client, no reconnect, no allocation per packet. dotnet publish -c Release makes one native file.
// dotnet run -- localhost 1883
using var socket = new TcpClient(args.Length > 0 ? args[0] : "localhost", args.Length > 1 ? int.Parse(args[1], null) : 1883) { NoDelay = true };
NetworkStream stream = socket.GetStream();
byte[] buffer = new byte[128];

int length = new ConnectPacket { ClientId = "embedded"u8, CleanSession = true, KeepAlive = 60 }.Write(buffer);
await stream.WriteAsync(buffer.AsMemory(0, length));
await stream.ReadExactlyAsync(buffer.AsMemory(0, 4)); // CONNACK has 4 bytes
if (!ConnAckPacket.TryRead(buffer.AsSpan(2, 2), out ConnAckPacket answer, out ProtocolViolation? violation)) throw new IOException(violation.ToString());
Console.WriteLine(answer.ReturnCode);

length = new PublishPacket { Topic = "samples/embedded"u8, Payload = "21.5"u8 }.Write(buffer);
length += new DisconnectPacket().Write(buffer.AsSpan(length));
await stream.WriteAsync(buffer.AsMemory(0, length));
