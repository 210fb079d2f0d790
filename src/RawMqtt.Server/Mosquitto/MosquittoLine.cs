// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Mosquitto;

/// <summary>An option of a mosquitto.conf, with where it stands.</summary>
internal readonly record struct MosquittoLine(string File, int Number, string Name, string Value)
{
    public string Place => $"{Path.GetFileName(File)}:{Number}";
}
