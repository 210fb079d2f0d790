// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Opens the file of a session, and gives the client what an earlier process noted.</summary>
internal delegate SessionFile SessionFileOpener(string path, string clientId, Lock clientGate, ClientLog log, out SavedSession saved);
