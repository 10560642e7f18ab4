using System.Runtime.InteropServices;
using Dataflow;
using Dataflow.Kafka;
using Dataflow.Redis;

// Numbers the records of each key, from a topic to a topic, until the end; to be killed at any moment and started again.
// KafkaTarget <brokers> <topic to read> <topic to write> [<directory of the log, which is on Kafka otherwise>]
// KafkaTarget <brokers> <topic to read> <topic to write> --shared <file to write> [<state directory>]
// The latter shares the work with other processes, writes a file and Kafka's topic <topic to write>-keyed too, and counts records by key
// and second, into topic <topic to write>-counts. It leaves at SIGTERM.
// KafkaTarget <brokers> <topic to read> <topic to write> --state [<state directory>]
// KafkaTarget <brokers> <topic to read> <name of the hashes> --redis <Redis>
// The latter writes the last number of each key to Redis, and shares that with other processes.
// With --state it never ends, and first says how many shards came from images, and how many bytes from the log.
var (kafka, from, to) = (new KafkaCluster(args[0]).With("session.timeout.ms", "6000"), args[1], args[2]);
var (isShared, isOfState) = (args.ElementAtOrDefault(3) == "--shared", args.ElementAtOrDefault(3) == "--state");
var pipeline = new Pipeline($"numbering-{to}");
var keys = pipeline.From(Source.Kafka<string>(from, kafka, stopAtEnd: !isOfState));
if (args.ElementAtOrDefault(3) == "--redis")
{
    keys.KeyBy(static key => key).Process(static () => new Numbering()).Values().Select(static line => line.Split(':'))
        .Select(static parts => new Numbered(parts[0], long.Parse(parts[1]))).KeyBy(static numbered => numbered.Key)
        .ToTable().ToRedis(args[4], to);
    await using var shared = await KafkaLog.ConnectAsync(kafka);
    await pipeline.RunAsync(new JobOptions { Log = shared });
    return;
}

var lines = keys.KeyBy(static key => key).Process(static () => new Numbering()).Values();
if (isShared)
{
    lines.To(Topic.Of<string>(to, 3));
    lines.To(Sink.JsonLines<string>(args[4]));
    lines.To(Sink.Kafka($"{to}-keyed", kafka, static (string line) => line.Split('@')[0]));
    keys.WithEventTime(static key => long.Parse(key.Split('@')[1])).KeyBy(static key => key.Split('@')[0])
        .Window(Tumbling.Every(TimeSpan.FromSeconds(1)), name: "of-keys")
        .Aggregate(static a => a.Count(), static (key, window, count) => new Counted(window.Start.ToUnixTimeSeconds(), count))
        .Values()
        .KeyBy(static counted => counted.Second % 7)
        .Window(Tumbling.Every(TimeSpan.FromSeconds(2)))
        .Aggregate(
            static a => a.Sum(static counted => counted.Count),
            static (part, window, sum) => $"{window.Start.ToUnixTimeSeconds()}/{part}:{sum}")
        .To(Topic.Of<string>($"{to}-counts", 1));
}
else
{
    lines.To(Sink.Kafka(to, kafka, static (string line) => line.Split(':')[0]));
}

if (isShared)
{
    using var stop = new CancellationTokenSource();
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
    {
        signal.Cancel = true;
        stop.Cancel();
    });
    if (args.Length > 5)
    {
        await RunWithStateAsync(args[5], stop.Token);
        return;
    }

    await using var log = await KafkaLog.ConnectAsync(kafka);
    await pipeline.RunAsync(new JobOptions { Log = log, Standbys = 2 }, stop.Token);
    return;
}

await using var own = args.Length > 3 && !isOfState ? null : await KafkaLog.ConnectAsync(kafka);
await using var job = await pipeline.StartAsync(new JobOptions
{
    Log = own,
    Directory = args.ElementAtOrDefault(3) ?? "",
    StateDirectory = isOfState ? args.ElementAtOrDefault(4) : null,
    CheckpointInterval = TimeSpan.FromMilliseconds(50),
});
Console.WriteLine(isOfState ? $"{job.Status.Restore.FromImages} {job.Status.Restore.LogBytes}" : "running");
await job.Completion;

async Task RunWithStateAsync(string directory, CancellationToken stop)
{
    await using var log = await KafkaLog.ConnectAsync(kafka, cancellationToken: CancellationToken.None);
    await pipeline.RunAsync(new JobOptions { Log = log, Standbys = 1, StateDirectory = directory }, stop);
}

/// <summary>The number of records of a key in a second.</summary>
internal sealed record Counted(long Second, long Count);

/// <summary>The last number of a key.</summary>
internal sealed record Numbered(string Key, long Number);

/// <summary>Numbers the records of a key.</summary>
internal sealed class Numbering : KeyedProcess<string, string, long, string>
{
    public override void OnRecord(in Record<string> record, ref long state, ProcessContext<string, string> context)
        => context.Emit($"{context.Key}:{++state}");
}
