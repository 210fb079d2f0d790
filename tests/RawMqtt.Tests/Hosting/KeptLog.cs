// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RawMqtt.Tests.Hosting;

/// <summary>Keeps what is logged, with its values.</summary>
internal sealed class KeptLog : ILoggerProvider
{
    public ConcurrentQueue<(string Category, EventId Event, Dictionary<string, object?> Fields)> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => new KeptLogger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class KeptLogger(KeptLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var fields = new Dictionary<string, object?>();
            foreach ((string name, object? value) in state as IEnumerable<KeyValuePair<string, object?>> ?? []) fields[name] = value;
            log.Lines.Enqueue((category, eventId, fields));
        }
    }
}
