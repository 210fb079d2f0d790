// SPDX-License-Identifier: MIT

namespace RawMqtt.Attacks;

/// <summary>Starts a broker, attacks it, and measures beside it.</summary>
internal static class AttackRun
{
    public static AttackResult Run(Attack attack, TimeSpan time)
    {
        using var broker = ServedBroker.Start(attack);
        using var target = new Target(broker.TcpPort, broker.WsPort, broker.TlsPort);
        var honest = new HonestClient(broker.TcpPort, attack.Topic, attack.IsGuarded);
        var beginning = Task.Run(() => attack.Begin(target));
        if (!beginning.Wait(TimeSpan.FromSeconds(60)) && broker.IsAlive) Console.Error.WriteLine($"{attack.Name} takes long to begin");
        honest.Run(time);
        string? fault = attack.Check?.Invoke(target);
        target.Dispose();
        return new AttackResult(attack, honest.Waits, honest.Logins, honest.Failures, broker.IsAlive, fault, broker.PeakMemory);
    }
}
