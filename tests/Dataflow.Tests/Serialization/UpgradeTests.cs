using System.Reflection;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests.Serialization.Generated;

namespace Dataflow.Tests.Serialization;

/// <summary>A plain class becomes one with a codec of the compiler's, and then a struct with texts in UTF-8, while the pipeline has topics
/// and state of it.</summary>
public sealed class UpgradeTests : IDisposable
{
    private const int Visits = 240;

    private const string Plain = """
        using Text = System.String;
        public sealed record Place(Text Shop, int Till);
        public sealed class Page { public Text Path { get; set; } = ""; public int? Millis { get; set; } }
        public sealed class Visit
        {
            public long Time { get; set; }
            public Text User { get; set; } = "";
            public Place At { get; set; } = null!;
            public int Pieces { get; set; }
            public List<Page> Pages { get; set; } = new();
        }
        """;

    private const string Structs = """
        using Text = Dataflow.Utf8;
        [DataflowRecord] public readonly record struct Place(Text Shop, int Till);
        [DataflowRecord] public struct Page { public Text Path { get; set; } public int? Millis { get; set; } }
        [DataflowRecord] public struct Visit
        {
            public long Time { get; set; }
            public Text User { get; set; }
            public Place At { get; set; }
            public int Pieces { get; set; }
            public List<Page> Pages { get; set; }
        }
        """;

    private const string Program = """
        sealed class Remember : KeyedProcess<Text, Visit, List<Visit>, string>
        {
            public override void OnRecord(in Record<Visit> record, ref List<Visit> state, ProcessContext<Text, string> context)
            {
                state ??= new();
                state.Add(record.Value);
                context.Emit($"{context.Key} was at {string.Join(' ', state.ConvertAll(visit => visit.Pages[0].Path.ToString()))}");
            }
        }

        public static class Program
        {
            static Visit Visit(int i) => new()
            {
                Time = i * 500, User = $"user {i % 7}", At = new($"shop {i % 3}", i % 2), Pieces = i,
                Pages = new() { new() { Path = $"/{i}", Millis = i % 5 == 0 ? null : i } },
            };

            public static async System.Threading.Tasks.Task FillAsync(Dataflow.Log.PartitionedLog log, int from, int to)
            {
                await using var visits = await log.OpenWriterAsync<Text, Visit>(Topic.Of<Visit>("visits", 1));
                await using var last = await log.OpenWriterAsync<Place, Visit>(Topic.Of<Visit>("last", 1));
                for (var i = from; i < to; i++) await visits.WriteAsync(Visit(i).User, Visit(i));
                for (var i = from; i < to; i++) await last.WriteAsync(Visit(i).At, Visit(i));
            }

            public static Pipeline Query()
            {
                var pipeline = new Pipeline("visits");
                var visits = pipeline.From(Topic.Of<Visit>("visits", 1)).WithEventTime(visit => visit.Time);
                var byUser = visits.KeyBy(visit => visit.User);
                byUser.Process(() => new Remember()).Values().To(Topic.Of<string>("paths", 1));
                byUser.Window(Tumbling.Every(TimeSpan.FromSeconds(30)))
                    .Aggregate(
                        a => (a.Sum(visit => visit.Pieces), a.Last(visit => visit)),
                        (user, window, pieces, last) => $"{user} {window.StartMs} {pieces} {last.At.Shop}")
                    .Values().To(Topic.Of<string>("windows", 1));
                byUser.Aggregate(a => a.Count(), (user, count) => $"{user}: {count}").Changes().Values().Select(change => $"{change.New}")
                    .To(Topic.Of<string>("counts", 1));
                visits.KeyBy(visit => visit.At).ToTable("at").Changes().Pairs
                    .Select(row => $"{row.Key.Shop} {row.Key.Till}: {row.Value.New.Pieces} of {row.Value.New.Pages[0].Path}")
                    .To(Topic.Of<string>("places", 1));
                pipeline.Table<Place, Visit>(Topic.Of<Visit>("last", 1)).Changes().Pairs
                    .Select(row => $"{row.Key.Shop} {row.Key.Till}: {row.Value.New.Pieces} of {row.Value.New.Pages[0].Path}")
                    .To(Topic.Of<string>("rows", 1));
                return pipeline;
            }
        }
        """;

    private static readonly string[] s_streams = ["paths", "windows"];
    private static readonly string[] s_tables = ["counts", "places", "rows"];

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Each_version_carries_on_from_the_one_before_and_all_give_the_answers_of_one_run()
    {
        var codecs = Plain.Replace("public sealed", "[DataflowRecord] public sealed", StringComparison.Ordinal);
        string[] versions = [Plain, codecs, Structs, codecs];
        var (expected, each) = (await ExpectedAsync(), Visits / versions.Length);
        await FillAsync(Load(Plain), _log, 0, each / 2);
        foreach (var (at, version) in versions.Select(Load).Index())
        {
            Run(version, _log, ends: false);
            await FillAsync(version, _log, (at * each) + (each / 2), Math.Min(((at + 1) * each) + (each / 2), Visits)); // left behind
        }

        Run(Load(Structs), _log, ends: true);

        Assert.Equal(expected, AnswersIn(_log));
    }

    private static Assembly Load(string types)
        => Compiled.Load(
            $"namespace Shop; using System; using System.Collections.Generic; using Dataflow;\n{types}\n{Program}", Compiled.Newest);

    private static async Task<IReadOnlyList<string>> ExpectedAsync()
    {
        using var log = SimulatedJob.OpenLog();
        var plain = Load(Plain);
        await FillAsync(plain, log, 0, Visits);
        Run(plain, log, ends: true);
        return AnswersIn(log);
    }

    // Of a table the last row of each key: how many changes there are on the way is not told.
    private static IReadOnlyList<string> AnswersIn(LogStore log)
        => [.. s_streams.SelectMany(log.Sorted<string>), .. s_tables.SelectMany(topic => Topic.Of<string>(topic).ReadAll(log)
            .GroupBy(static row => row.Split(':')[0]).Select(row => $"{topic}: {row.Last()}").Order(StringComparer.Ordinal))];

    private static Task FillAsync(Assembly version, PartitionedLog log, int from, int to)
        => (Task)version.GetType("Shop.Program")!.GetMethod("FillAsync")!.Invoke(null, [log, from, to])!;

    private static void Run(Assembly version, LogStore log, bool ends)
    {
        var query = (Pipeline)version.GetType("Shop.Program")!.GetMethod("Query")!.Invoke(null, null)!;
        var job = SimulatedJob.Start(query, log, workers: 2);
        job.RunUntilIdle();
        if (ends) job.Drain();
        if (ends) job.Run();
        else job.Checkpoint();
        job.Close();
    }
}
