using System.Diagnostics;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace Dataflow.Kafka.Tests;

/// <summary>The example FlightDelays on a cluster.</summary>
public sealed class FlightDelaysTests(SharedNode shared) : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(4);

    private readonly List<Process> _processes = [];
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Three_terminals_share_the_work_and_a_kill_of_one_changes_no_result()
    {
        var inOneProcess = await TableOf(Start("--data", _folder["data"]));
        var terminals = Enumerable.Range(0, 3).Select(_ => Start("--kafka", shared.Node.Address, "--data", _folder["shared"])).ToArray();
        await LineOf(terminals[0], "features: "); // it begins, or carries on where the others are quicker
        var shares = await LineOf(terminals[0], "of 64 shards");
        terminals[0].Kill();

        var tables = await Task.WhenAll(terminals[1..].Select(TableOf));

        Assert.Contains("has ", shares, StringComparison.Ordinal);
        Assert.Contains("Denver", inOneProcess, StringComparison.Ordinal);
        Assert.All(tables, table => Assert.Equal(inOneProcess, table));
        Assert.Equal(
            RowsOf(_folder["data", "airport-delays.arrow"]).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(_folder["shared", "airport-delay-parts"], "*.arrow").SelectMany(RowsOf)
                .Order(StringComparer.Ordinal));
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }

        _folder.Dispose();
    }

    private static async Task<string> LineOf(Process process, string text)
    {
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(s_longest) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal)) return line;
        }

        throw new InvalidOperationException($"The program ended before it said '{text}'.");
    }

    /// <summary>Waits for the end, and returns the table of the worst six hours.</summary>
    private static async Task<string> TableOf(Process process)
    {
        await LineOf(process, "The worst six hours");
        var rest = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(s_longest);
        return string.Join('\n', rest.Split('\n').TakeWhile(static line => !line.StartsWith('└')));
    }

    private static IEnumerable<string> RowsOf(string file)
    {
        using var reader = new ArrowFileReader(File.OpenRead(file));
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            var (airports, ends, flights) = (
                (StringArray)batch.Column("Airport"), (TimestampArray)batch.Column("WindowEnd"), (Int64Array)batch.Column("Flights"));
            for (var i = 0; i < batch.Length; i++)
                yield return $"{airports.GetString(i)} {ends.GetTimestamp(i):u} {flights.GetValue(i)}";
        }
    }

    private Process Start(params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(
            "dotnet", [Repository.ProgramOf("examples/FlightDelays"), .. arguments]) { RedirectStandardOutput = true })!;
        _processes.Add(process);
        return process;
    }
}
