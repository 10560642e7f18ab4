using System.Diagnostics;
using System.Globalization;
using Dataflow.Kafka;
using Dataflow.Log;

namespace Dataflow.Perf.Kafka;

/// <summary>Measures for how long keys get no results when a process joins, and when one is killed. Processes count numbers, of which some
/// come again and again.</summary>
internal sealed class Takeover(string brokers, int keys, int standbys)
{
    private const int Probes = 200; // the numbers that come again and again
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly string _name = $"takeover-{Environment.ProcessId}";
    private readonly (int Process, double At)[] _last = new (int, double)[Probes]; // the last result of each
    private readonly double[] _longest = new double[Probes]; // the longest time without one
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public async Task RunAsync()
    {
        await using var log = await KafkaLog.ConnectAsync(new KafkaCluster(brokers));
        await log.CreateTopicAsync(Counting.NumbersOf(_name).Name, Counting.Partitions);
        await log.CreateTopicAsync(Counting.ResultsOf(_name).Name, 1);
        using var reader = log.OpenReader(Counting.ResultsOf(_name).Name, 0, 0);
        using var stop = new CancellationTokenSource();
        await using var writer = await log.OpenWriterAsync<int, int>(Counting.NumbersOf(_name));
        foreach (var numbers in Enumerable.Range(0, keys).Chunk(10_000))
            await Task.WhenAll(numbers.Select(number => writer.WriteAsync(number, number, DateTimeOffset.UnixEpoch)));
        using var first = new CountingProcess(brokers, _name, standbys);
        await UntilAsync(reader, () => first.Entries == keys, "counts");
        var probing = ProbeAsync(writer, stop.Token);
        await UntilAsync(reader, () => Array.TrueForAll(_last, static last => last.Process != 0), "gives results");

        Array.Clear(_longest);
        using var second = new CountingProcess(brokers, _name, standbys);
        await UntilAsync(reader, () => IsShared(first, second), "shares");
        var (longest, shared) = (_longest.ToArray(), _clock.Elapsed.TotalSeconds);
        await UntilAsync(reader, () => Array.TrueForAll(_last, last => last.At > shared), "gives results");
        var kept = Enumerable.Range(0, Probes).Where(probe => _last[probe].Process == first.Id).ToList();
        Print($"A process joins; of {keys} keys one keeps {first.Entries}: without results, those whose input it keeps too",
            kept.Min(probe => longest[probe]));
        Print("  others", kept.Max(probe => longest[probe]));

        var (taken, killed) = (first.Entries, _clock.Elapsed.TotalSeconds);
        var own = Enumerable.Range(0, Probes).Where(probe => _last[probe].Process == second.Id).ToList();
        Array.Clear(_longest);
        first.Kill();
        await UntilAsync(reader, () => kept.Exists(probe => _last[probe].Process == second.Id), "takes over");
        var began = _clock.Elapsed.TotalSeconds - killed;
        await UntilAsync(reader, () => kept.TrueForAll(probe => _last[probe].Process == second.Id), "takes all over");
        Print($"One with {taken} keys is killed: the first result of one of these", began);
        Print("  of each of them", _clock.Elapsed.TotalSeconds - killed);
        Print("  without results, those of the other whose input it had too", own.Min(probe => _longest[probe]));
        await stop.CancelAsync();
        await ((Task)probing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static void Print(string what, double seconds)
        => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {seconds:0.00} s"));

    /// <summary>Whether both have keys, and copies of the other's if they are to have any.</summary>
    private bool IsShared(CountingProcess first, CountingProcess second)
        => first.Entries + second.Entries == keys && Array.Exists(_last, last => last.Process == second.Id)
        && (standbys == 0 || (first.Copies == second.Entries && second.Copies == first.Entries));

    private static async Task ProbeAsync(TopicWriter<int, int> writer, CancellationToken stopped)
    {
        while (!stopped.IsCancellationRequested)
        {
            await Task.WhenAll(Enumerable.Range(0, Probes).Select(
                probe => writer.WriteAsync(probe, probe, DateTimeOffset.UnixEpoch, cancellationToken: stopped)));
            await Task.Delay(50, stopped);
        }
    }

    /// <summary>Notes results as they come, until something is true.</summary>
    private async Task UntilAsync(PartitionReader reader, Func<bool> condition, string what)
    {
        using var longest = new CancellationTokenSource(LongestWait);
        for (var next = 0L; ;)
        {
            while (reader.TryRead(out var batch)) Note(batch);
            if (_clock.ElapsedMilliseconds >= next)
            {
                if (condition()) return;
                if (longest.IsCancellationRequested) throw new TimeoutException($"No process {what}.");
                next = _clock.ElapsedMilliseconds + 10;
            }

            await Task.Delay(1);
        }
    }

    private void Note(RecordBatch batch)
    {
        var now = _clock.Elapsed.TotalSeconds;
        foreach (var record in batch)
        {
            var (process, number) = Counting.Read(record.Value);
            _longest[number] = Math.Max(_longest[number], _last[number].Process == 0 ? 0 : now - _last[number].At);
            _last[number] = (process, now);
        }
    }
}
