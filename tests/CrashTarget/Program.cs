using System.Globalization;
using Dataflow;
using Dataflow.CrashTarget;
using Dataflow.Log;

// Runs the pipeline on a directory until its end; to be killed at any moment and started again.
// CrashTarget <directory> <trips> <checkpoint interval in ms>
var (directory, trips, interval) = (
    args[0], int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture));
await using var log = LogStore.Open(directory, new LogOptions { SegmentBytes = 1 << 20, JournalFileBytes = 1 << 20 });
await Trips.FillAsync(log, trips);
await using var job = await Trips.Pipeline().StartAsync(new JobOptions
{
    Log = log,
    Workers = 2,
    CheckpointInterval = TimeSpan.FromMilliseconds(interval),
});
Console.WriteLine($"running from checkpoint {job.StartedFrom}");
await job.Completion;
Console.WriteLine("finished");
