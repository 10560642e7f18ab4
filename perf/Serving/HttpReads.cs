using System.Buffers;
using System.Diagnostics;
using Dataflow.Features;
using Dataflow.Features.Http;
using Dataflow.Log;

namespace Dataflow.Perf.Serving;

/// <summary>Ten features of 100,000 entities over HTTP, with the load made by another process.</summary>
internal static class HttpReads
{
    public const int Entities = 100_000;

    private const int Requests = 200_000;

    private static readonly Sawtooth[] s_windows = [TimeSpan.FromHours(1), TimeSpan.FromDays(1)];

    public static async Task RunAsync()
    {
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        await AppendAsync(log).ConfigureAwait(false);
        var pipeline = new Pipeline("features");
        var service = Features(pipeline);
        await using var job = await pipeline.StartAsync(new JobOptions { Log = log, Workers = 1 }).ConfigureAwait(false);
        while (job.Status.RecordsRead < 3 * Entities) await Task.Delay(20).ConfigureAwait(false);
        await using var server = await FeatureServer.StartAsync(job, [ServedFeatures.Of(service)], new FeatureServerOptions { Port = 0 })
            .ConfigureAwait(false);
        for (var run = 0; run < 3; run++)
        {
            Measure(server, "closed", connections: 8, Requests, 1);
            foreach (var rate in new[] { 10_000, 20_000 }) Measure(server, "open", connections: 32, Requests, rate);
        }

        Measure(server, "closed", connections: 8, Requests / 20, 100);
    }

    /// <summary>Lets another process ask: <paramref name="number"/> rows a request in a closed loop, requests a second in an open
    /// one.</summary>
    private static void Measure(FeatureServer server, string loop, int connections, int requests, int number)
    {
        string[] arguments = [
            Environment.GetCommandLineArgs()[0], loop, $"{server.Uri.Port}", $"{connections}", $"{requests}", $"{number}"];
        var (used, pauses) = (new ProcessorTime(), GC.GetTotalPauseDuration());
        using var load = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var seen = load.StandardOutput.ReadToEnd().Trim();
        load.WaitForExit();
        Console.WriteLine(
            $"http, {loop} {number}: {used.Seconds * 1e6 / requests:f1} us of processor time a request, {requests / used.Seconds:f0} "
                + "requests/s per core, "
            + $"{used.Allocated / requests} bytes allocated, {(GC.GetTotalPauseDuration() - pauses).TotalMilliseconds:f1} ms paused; "
            + $"client: {seen}");
    }

    private static FeatureService<Ask> Features(Pipeline pipeline)
    {
        var view = pipeline.From(Topic.Of<Click>("clicks")).WithEventTime(click => click.Time, maxOutOfOrderness: TimeSpan.FromHours(1))
            .KeyBy(click => click.User)
            .FeatureView("clicks", v =>
            {
                v.Aggregate("count", a => a.Count(), s_windows, defaultValue: 0);
                v.Aggregate("sum", a => a.Sum(click => click.Ms), s_windows);
                v.Aggregate("mean", a => a.Mean(click => click.Ms), s_windows);
                v.Aggregate("max", a => a.Max(click => click.Ms), s_windows);
                v.Last("last", click => click.Ms);
                v.Ratio("share", "count_1h", "count_1d");
            });
        return FeatureService.Of<Ask>("clicks", s => s.From(view, ask => ask.UserId)).Serve();
    }

    private static async Task AppendAsync(LogStore log)
    {
        var topic = await log.CreateTopicAsync("clicks", 1).ConfigureAwait(false);
        var (commit, records, value) = (new LogCommit(), new RecordBuffer(), new ArrayBufferWriter<byte>());
        for (var i = 0; i < 3 * Entities; i++)
        {
            value.ResetWrittenCount();
            Serde<Click>.Default.Write(new Click(i % Entities, DateTimeOffset.UtcNow.AddSeconds(-i % 3600), i % 97), value);
            records.Append(0, value.WrittenSpan);
        }

        commit.Add(topic, 0, records);
        await log.CommitAsync(commit).ConfigureAwait(false);
    }
}

/// <summary>An event.</summary>
public sealed record Click(long User, DateTimeOffset Time, int Ms);

/// <summary>A request.</summary>
public sealed record Ask(long UserId);
