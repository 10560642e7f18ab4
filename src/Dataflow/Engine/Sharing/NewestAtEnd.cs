using System.Collections.Concurrent;

namespace Dataflow.Sharing;

/// <summary>The newest event time of all input before an exchange, known once the input has ended: timers behind it fire up to
/// there.</summary>
/// <param name="known">The newest times that the run knows of, by the step that gives event time.</param>
/// <param name="steps">The steps from which the records of the exchange have their event time.</param>
internal sealed class NewestAtEnd(ConcurrentDictionary<int, long> known, IReadOnlyList<int> steps)
{
    public long Value => steps.Select(step => known.GetValueOrDefault(step, long.MinValue)).Append(long.MinValue).Max();

    /// <summary>Learns the newest time of another process.</summary>
    public void Learn(long newest)
    {
        foreach (var step in steps) known.AddOrUpdate(step, newest, (_, before) => Math.Max(before, newest));
    }
}
