// SPDX-License-Identifier: MIT

using RawMqtt.WebSockets;

namespace RawMqtt.Tests.House;

/// <summary>Faults that <see cref="TransportConstantsTests"/> must find, one a method, and what it must let pass.</summary>
internal static class PlantedCodes
{
    private static CloseCode kept;

    public static void PassesAConstant(WebSocketConnection connection) => connection.Close(CloseCode.ProtocolError, "");

    public static void PassesOneOfTwo(WebSocketConnection connection, bool first) =>
        connection.Close(first ? CloseCode.GoingAway : CloseCode.NormalClosure, "");

    public static void PassesANumber(WebSocketConnection connection, int number) => connection.Close((CloseCode)number, "");

    public static void KeepsInAField() => kept = CloseCode.GoingAway;

    public static void KeepsInALocal(WebSocketConnection connection, int times)
    {
        CloseCode code = CloseCode.GoingAway;
        while (times-- > 0) connection.Close(code, "");
    }

    public static CloseCode Returns() => CloseCode.GoingAway;

    public static bool Compares(CloseCode code) => code == CloseCode.GoingAway;

    public static bool ComparesWithAnother(CloseCode code) => code == kept;

    public static int Switches(CloseCode code) => code switch { CloseCode.NormalClosure => 1, CloseCode.GoingAway => 2, CloseCode.ProtocolError => 3, _ => 0 };

    public static bool ComparesAnOpcode(FramePiece piece) => piece.Opcode == Opcode.Close;

    public static void TakesANumber(int closeCode) => Discard(closeCode);

    public static void ChoosesANullable() => DiscardNullable(CloseCode.GoingAway);

    public static void PassesAsANumber(CloseCode one) => Discard((int)one);

    private static void Discard(int value) => _ = value;

    private static void DiscardNullable(CloseCode? value) => _ = value;
}
