using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

/// <summary>What a job needs is bounded by what is alive in it, however long it runs.</summary>
/// <remarks>Here for forty minutes of the simulated clock; with <c>DATAFLOW_TEN_HOURS=1</c> for ten hours, in about two minutes.</remarks>
[Collection(nameof(RunsAlone))]
public sealed class LongRunTests(ITestOutputHelper output) : IDisposable
{
    private const int RoundSeconds = 5;
    private const int EventsInRound = 100;
    private const int RoundsBetweenCheckpoints = 6;
    private const int Samples = 10;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Length = Environment.GetEnvironmentVariable("DATAFLOW_TEN_HOURS") == "1" ? Minute * 600 : Minute * 40;

    private readonly string _directory = Directory.CreateTempSubdirectory("dataflow-long-").FullName;
    private readonly SimulatedClock _clock = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Entries_heap_handles_and_bytes_on_disk_stay_flat()
    {
        var options =
            new LogOptions { Durability = Durability.ProcessCrash, SegmentBytes = 1 << 16, JournalFileBytes = 1 << 18,
            CommitScheduler = new InlineTaskScheduler() };
        using var log = LogStore.Open(_directory, options);
        Append(log, 0);
        var job = SimulatedJob.Start(Everything(), log, clock: _clock);
        var samples = new List<Sample>();
        var rounds = (int)Length.TotalSeconds / RoundSeconds;
        for (var round = 1; round <= rounds; round++)
        {
            Append(log, round);
            _clock.Advance(TimeSpan.FromSeconds(RoundSeconds));
            job.RunUntilIdle();
            if (round % RoundsBetweenCheckpoints == 0) Checkpoint(job, log);
            if (round % (rounds / Samples) == 0) samples.Add(Take(job));
        }

        job.Close();
        foreach (var sample in samples) output.WriteLine($"{sample}");
        var (early, late) = (samples[..(Samples / 2)], samples[(Samples / 2)..]);
        Assert.InRange(late.Max(s => s.Entries), 1, (long)(early.Max(s => s.Entries) * 1.25));
        Assert.InRange(late.Max(s => s.HeapBytes), 1, early.Max(s => s.HeapBytes) + (4 << 20));
        Assert.InRange(late.Max(s => s.Handles), 1, early.Max(s => s.Handles) + 16);
        Assert.InRange(late.Max(s => s.DiskBytes), 1, early.Max(s => s.DiskBytes) + (2 << 20));
    }

    private static Pipeline Everything()
    {
        var pipeline = new Pipeline("long");
        var events = pipeline.From(Topic.Of<Ev>("events")).WithEventTime(e => e.T, TimeSpan.FromSeconds(5));
        var byKey = events.KeyBy(e => e.K);
        byKey.Process(() => new Seen()).Values().To(Results("process"));
        byKey.Window(Hopping.Of(Minute, Minute / 2)).Aggregate(a => (a.Count(), a.Last(3, e => e.T)), (key, _, n, _) => $"{key} {n}")
            .Values().To(Results("hopping"));
        byKey.Window(Session.WithGap(Minute / 4), "sessions").Aggregate(a => a.Count(), (key, _, n) => $"{key} {n}").Values()
            .To(Results("sessions"));
        byKey.Window(Sliding.Over(Minute), "sliding").Aggregate(a => a.Count(), (key, _, n) => $"{key} {n}").Values()
            .To(Results("sliding"));
        byKey.Deduplicate(Minute).Select(e => $"{e.K}").Values().To(Results("first"));
        byKey.LeftJoinInterval(byKey.Where(e => e.K % 3 == 0), -Minute, Minute, (l, r) => $"{l.T} {r.T}").Values().To(Results("interval"));
        byKey.JoinAsOf(byKey.Where(e => e.K % 2 == 0, "even"), (l, r) => $"{l.T} {r.T}", Minute).Values().To(Results("as-of"));
        events.KeyBy(e => e.K % 50, "key-few").Aggregate(a => a.Count(), (key, n) => $"{key} {n}").Changes().Select(c => c.New!, "new")
            .Values().To(Results("table"));
        return pipeline;
    }

    private static Topic<string> Results(string name) => Topic.Of<string>($"results-{name}");

    /// <summary>Each key lives for some rounds, then new ones take its place.</summary>
    private static void Append(LogStore log, int round)
    {
        var random = new Random(round);
        log.Append("events", Enumerable.Range(0, EventsInRound).Select(i =>
            new Ev((round * EventsInRound / 4) + random.Next(EventsInRound),
                ((long)round * RoundSeconds * 1000) + (i * RoundSeconds * 1000 / EventsInRound))));
    }

    /// <summary>Takes a checkpoint and trims what was read before it and what came out: only what the job keeps for itself stays.</summary>
    private static void Checkpoint(SimulatedJob job, LogStore log)
    {
        job.Checkpoint();
        foreach (var topic in log.Topics.Where(
            topic => topic.Name == "events" || topic.Name.StartsWith("results", StringComparison.Ordinal)))
        {
            for (var partition = 0; partition < topic.PartitionCount; partition++)
                log.TrimAsync(topic.Name, partition, topic.EndOffset(partition)).AsTask().GetAwaiter().GetResult();
        }
    }

    private Sample Take(SimulatedJob job) => new(
        job.Status.StateEntries,
        GC.GetTotalMemory(forceFullCollection: true),
        OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : 1,
        new DirectoryInfo(_directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length));

    public readonly record struct Ev(int K, long T);

    private sealed record Sample(long Entries, long HeapBytes, int Handles, long DiskBytes);

    private sealed class Seen : KeyedProcess<int, Ev, string>
    {
        private ValueState<long> _last = null!;
        private ListState<long> _times = null!;
        private MapState<int, string> _map = null!;

        public override void Open(ProcessStates<int, Ev> states)
        {
            _last = states.Value<long>("last", Minute);
            _times = states.List<long>("times", Minute);
            _map = states.Map<int, string>("map", Minute);
        }

        public override void OnRecord(in Record<Ev> record, ProcessContext<int, string> context)
        {
            _last.Value = record.Value.T;
            _times.Add(record.Value.T);
            _map.Update((int)(record.Value.T % 3), out _) = "x";
            context.SetTimer(record.Value.T + 30_000);
        }

        public override void OnTimer(long timestamp, ProcessContext<int, string> context) => context.Emit($"{context.Key} {timestamp}");
    }
}

/// <summary>Tests that look at the whole process.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
