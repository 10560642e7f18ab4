using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Dataflow.Tests.Shared;

/// <summary>Loggers of all categories that keep what they are told.</summary>
internal sealed class KeptMessages : ILoggerFactory, ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(int Id, LogLevel Level, string Text)> _all = [];

    /// <summary>All messages, in order.</summary>
    public IReadOnlyList<(int Id, LogLevel Level, string Text)> All => [.. _all];

    /// <summary>The texts of the messages of one number.</summary>
    public IReadOnlyList<string> Of(int id) => [.. _all.Where(message => message.Id == id).Select(message => message.Text)];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => _all.Enqueue((eventId.Id, logLevel, $"{formatter(state, exception)}{exception}"));

    public void Dispose()
    {
    }
}
