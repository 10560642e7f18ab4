using System.Buffers;
using Apache.Arrow.Flight;
using Apache.Arrow.Flight.Client;
using Dataflow.Arrow;
using Dataflow.Arrow.Flight;
using Dataflow.Log;
using Grpc.Net.Client;

namespace Dataflow.Perf.Serving;

/// <summary>Two million rows of six columns out of a topic: as files, and over Flight to a client in the same process.</summary>
internal static class TrainingSets
{
    private const int Rows = 2_000_000;
    private const int Shards = 2;
    private const int RowsOfCommit = 100_000;

    public static async Task RunAsync()
    {
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        await AppendAsync(log).ConfigureAwait(false);
        for (var run = 0; run < 2; run++)
        {
            await MeasureAsync("read and decoded alone", () => CountAsync(log, run)).ConfigureAwait(false);
            await MeasureAsync("training set, Arrow", () => ExportAsync(log, run, isParquet: false)).ConfigureAwait(false);
            await MeasureAsync("training set, Parquet", () => ExportAsync(log, run, isParquet: true)).ConfigureAwait(false);
            await MeasureAsync("Flight, client included", () => PullAsync(log, """{"set":"rows"}""")).ConfigureAwait(false);
            await MeasureAsync("Flight, shuffled", () => PullAsync(log, """{"set":"rows","seed":7}""")).ConfigureAwait(false);
        }
    }

    private static async Task MeasureAsync(string what, Func<Task> run)
    {
        var used = new ProcessorTime();
        await run().ConfigureAwait(false);
        Console.WriteLine($"{what}: {Rows / used.Seconds / 1e6:f2} M rows/s per core, {Rows / used.Elapsed / 1e6:f2} M rows/s");
    }

    private static Task CountAsync(LogStore log, int run)
    {
        var pipeline = new Pipeline($"count-{run}");
        pipeline.From(Topic.Of<Row>("rows").StopAtEnd()).Where(row => row.A < 0).To(Sink.Memory<Row>());
        return pipeline.RunAsync(new JobOptions { Log = log, Workers = 1 });
    }

    private static async Task ExportAsync(LogStore log, int run, bool isParquet)
    {
        var directory = Directory.CreateTempSubdirectory("sets-").FullName;
        var pipeline = new Pipeline($"export-{run}-{isParquet}");
        pipeline.From(Topic.Of<Row>("rows").StopAtEnd())
            .To(Sink.TrainingSet<Row>(Path.Combine(directory, "set"), new TrainingSetOptions { IsParquet = isParquet }));
        await pipeline.RunAsync(new JobOptions { Log = log, Workers = 1 }).ConfigureAwait(false);
        Directory.Delete(directory, recursive: true);
    }

    private static async Task PullAsync(LogStore log, string command)
    {
        await using var server = await TrainingServer.StartAsync(
            log, [ServedSet.Of(Topic.Of<Row>("rows"))], new TrainingServerOptions { Port = 0 }).ConfigureAwait(false);
        using var channel = GrpcChannel.ForAddress(server.Uri);
        var client = new FlightClient(channel);
        foreach (var endpoint in (await client.GetInfo(FlightDescriptor.CreateCommandDescriptor(command))).Endpoints)
        {
            using var call = client.GetStream(endpoint.Ticket);
            while (await call.ResponseStream.MoveNext(default).ConfigureAwait(false)) call.ResponseStream.Current.Dispose();
        }
    }

    private static async Task AppendAsync(LogStore log)
    {
        var (topic, value) = (await log.CreateTopicAsync("rows", Shards).ConfigureAwait(false), new ArrayBufferWriter<byte>());
        for (var start = 0; start < Rows; start += RowsOfCommit)
        {
            var (commit, records) = (new LogCommit(), new RecordBuffer());
            for (var i = start; i < start + RowsOfCommit; i++)
            {
                value.ResetWrittenCount();
                Serde<Row>.Default.Write(new Row(i, i * 7L, i * 0.5, i % 97 * 0.25, i % 2 == 0, i % 3), value);
                records.Append(i, value.WrittenSpan);
            }

            commit.Add(topic, start / RowsOfCommit % Shards, records);
            await log.CommitAsync(commit).ConfigureAwait(false);
        }
    }
}

/// <summary>A training row.</summary>
public sealed record Row(long A, long B, double C, double D, bool E, int F);
