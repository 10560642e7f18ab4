using Dataflow;
using Dataflow.Log;

var directory = Directory.CreateTempSubdirectory("steps-").FullName;
await using PartitionedLog log = LogStore.Open(Path.Combine(directory, "log"));
await Steps.RunAsync(log, directory);

/// <summary>Files and steps of each kind without reflection: what they read, keep and exchange is of types with [DataflowRecord].</summary>
internal static class Steps
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Visit[] Visits = [.. Enumerable.Range(0, 60).Select(i => new Visit(
        Start.AddSeconds(i), $"user {i % 4}", new Page(i % 3 == 0 ? "shop" : "news", i % 5), i % 7 == 0 ? null : Priority.High,
        [$"tag {i % 2}"]))];

    private static readonly User[] Users = [new("user 0", "CH"), new("user 1", "FR"), new("user 2", "CH"), new("user 3", "PT")];

    /// <summary>Runs pipelines with them, and prints a line of results for each.</summary>
    public static async Task RunAsync(PartitionedLog log, string directory)
    {
        var options = new JobOptions { Log = log };
        await FilesAsync(options, directory);
        (string, Func<Pipeline, Stream<string>[]>)[] all =
        [
            ("keys", Keys), ("aggregates", Aggregates), ("windows", Windows), ("process", Processes), ("tables", Tables), ("joins", Joins),
            ("patterns", Patterns), ("batches", Batches), ("subtypes", Subtypes),
        ];
        foreach (var (name, build) in all)
        {
            var pipeline = new Pipeline(name);
            var lines = Sink.Memory<string>();
            build(pipeline).Aggregate((one, other) => one.Union(other)).To(lines);
            await pipeline.RunAsync(options);
            Console.WriteLine($"{name}: {string.Join("; ", lines.Committed.Distinct().Order(StringComparer.Ordinal))}");
        }
    }

    private static async Task FilesAsync(JobOptions options, string directory)
    {
        var table = Path.Combine(directory, "people.csv");
        var (lines, copy) = (Path.Combine(directory, "visits.jsonl"), Path.Combine(directory, "copy.jsonl"));
        await File.WriteAllTextAsync(table, "name,country,kind,age\nuser 0,CH,Low,7\nuser 1,FR,high,\n");
        var people = Sink.Memory<Person>();
        var read = new Pipeline("read-table");
        read.From(Source.Csv<Person>(table)).To(people);
        var write = new Pipeline("write-lines");
        write.From(Source.Of(Visits)).To(Sink.JsonLines<Visit>(lines));
        var copied = new Pipeline("copy-lines");
        copied.From(Source.JsonLines<Visit>(lines)).To(Sink.JsonLines<Visit>(copy));
        foreach (var pipeline in (Pipeline[])[read, write, copied]) await pipeline.RunAsync(options);

        var text = await File.ReadAllTextAsync(copy);
        var isSame = text == await File.ReadAllTextAsync(lines);
        Console.WriteLine($"files: {string.Join(" ", people.Committed)} {isSame} {text.Split('\n')[1]}");
    }

    private static Stream<string>[] Keys(Pipeline pipeline)
    {
        var visits = pipeline.From(Source.Of(Visits));
        return
        [
            visits.KeyBy(visit => (visit.User, visit.Page.Number)).Window(Global.Window)
                .Aggregate(a => a.Count(), (key, _, count) => $"{key.User} {key.Number}: {count}")
                .Values().Where(line => line.StartsWith("user 0 4")),
            visits.KeyBy(visit => new VisitKey(visit.User, visit.Page, visit.Priority)).Window(Global.Window, "by-record")
                .Aggregate(a => a.Count(), (key, _, count) => $"{key.Page.Site} {key.Page.Number} {key.User}: {count}")
                .Values().Where(line => line.StartsWith("shop 0 user 3")),
        ];
    }

    private static Stream<string>[] Aggregates(Pipeline pipeline)
    {
        var visits = pipeline.From(Source.Of(Visits)).WithEventTime(visit => visit.Time).KeyBy(visit => visit.User);
        var minutes = Tumbling.Every(TimeSpan.FromMinutes(5));
        return
        [
            visits.Window(minutes).Aggregate(
                a => (a.Collect(limit: 2, visit => visit.Page), a.Top(2, visit => visit.Page.Number), a.First(visit => visit.Page.Site),
                    a.Last(visit => visit.Page), a.MaxBy(visit => visit.Page.Number)),
                (user, _, pages, top, first, last, best)
                    => $"{user} {pages.Values[1].Number} {pages.Dropped} {top[1].Page.Number} {first} {last.Number} {best.Page.Number}")
                .Values().Where(line => line.StartsWith("user 1")),
            visits.Window(minutes, "extremes").Aggregate(
                a => (a.Min(visit => visit.Page.Site), a.Max(visit => visit.Page.Site), a.Last(2, visit => visit.Page)),
                (user, _, min, max, two) => $"{user} {min} {max} {two[0].Number}")
                .Values().Where(line => line.StartsWith("user 2")),
        ];
    }

    private static Stream<string>[] Windows(Pipeline pipeline)
    {
        var visits = pipeline.From(Source.Of(Visits)).WithEventTime(visit => visit.Time).KeyBy(visit => visit.User);
        return
        [
            visits.Window(Session.WithGap(TimeSpan.FromSeconds(5)), "sessions")
                .Aggregate(a => a.Last(visit => visit.Page), (user, _, page) => $"{user} session {page.Number}")
                .Values().Where(line => line.StartsWith("user 1")),
            visits.Window(Hopping.Of(TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(20)))
                .Aggregate(a => a.Max(visit => visit.Page.Site), (user, window, site) => $"{user} {window.Start:mm:ss} {site}")
                .Values().Where(line => line.StartsWith("user 3 00:20")),
            visits.Deduplicate(within: TimeSpan.FromMinutes(1)).Select(visit => $"{visit.User} first {visit.Page.Number}").Values()
                .Where(line => line.StartsWith("user 2")),
        ];
    }

    private static Stream<string>[] Processes(Pipeline pipeline) =>
    [
        pipeline.From(Source.Of(Visits)).WithEventTime(visit => visit.Time).KeyBy(visit => visit.User)
            .Process(() => new Profiles()).Values()
            .Where(line => line.StartsWith("user 0")),
    ];

    private static Stream<string>[] Batches(Pipeline pipeline)
    {
        var visits = pipeline.From(Source.Of(Visits));
        return
        [
            visits.Batch(50, name: "all").Select(list => $"all {list.Count}").Where(line => line.EndsWith("10")),
            visits.KeyBy(visit => visit.User).Batch(4).Select(list => $"{list[0].User} {list[0].Page.Number}").Values()
                .Where(line => line.StartsWith("user 1")),
        ];
    }

    private static Stream<string>[] Subtypes(Pipeline pipeline)
    {
        pipeline.UseSerde(Serde.Polymorphic<IEvent>(typeof(Opened), typeof(Closed)));
        var trips = pipeline.From(Source.Of<Trip>([new("ada", new Bus(7)), new("bob", new Car("red", new Bus(3)))]));
        var events = pipeline.From(Source.Of<IEvent>([new Opened("ada"), new Closed(5)], "events"));
        return
        [
            trips.KeyBy(trip => trip.User).ToTable("trips").Changes().Values().Select(trip => $"{trip.New!.User} {trip.New.By}"),
            trips.Select(trip => trip.By).Batch(2, name: "vehicles").Select(list => $"{list.Count} {list[1]}"),
            events.Batch(2, name: "events-at-once").Select(list => $"{list[0]} {list[1]}"),
        ];
    }

    private static Stream<string>[] Tables(Pipeline pipeline)
    {
        var users = pipeline.Table(Source.Of(Users, "users"), user => user.Name);
        var visits = pipeline.From(Source.Of(Visits)).KeyBy(visit => visit.User);
        var latest = visits.ToTable("latest");
        return
        [
            visits.Join(users, (visit, user) => $"{user.Name} of {user.Country} saw {visit.Page.Number}").Values()
                .Where(line => line == "user 3 of PT saw 4"),
            users.Join(latest, (user, visit) => new Profile(user.Name, visit.Page)).Changes().Values()
                .Select(change => $"{change.New!.Name} last at {change.New.Page.Number}").Where(line => line == "user 3 last at 4"),
            latest.Join(users, visit => visit.User, (visit, user) => new Profile(user.Country, visit.Page)).Changes().Values()
                .Select(change => $"{change.New!.Name} at {change.New.Page.Number}").Where(line => line == "PT at 4"),
            users.GroupBy(user => user.Country).Aggregate(a => a.CountDistinct(user => user.Name), (country, count) => $"{country} {count}")
                .Changes().Values().Select(change => change.New!).Where(line => line == "CH 2"),
            users.GroupBy(user => user.Country, "top").TopN(1, user => user.Name).Changes().Values()
                .Select(change => $"{change.New![0].Name} is first").Where(line => line == "user 2 is first"),
        ];
    }

    private static Stream<string>[] Joins(Pipeline pipeline)
    {
        var visits = pipeline.From(Source.Of(Visits, "visits")).WithEventTime(visit => visit.Time).KeyBy(visit => visit.User);
        Purchase[] some = [new(Start.AddSeconds(9), "user 1", 5)];
        var buys = pipeline.From(Source.Of(some, "buys")).WithEventTime(buy => buy.Time).KeyBy(buy => buy.User);
        return
        [
            buys.JoinInterval(
                visits, TimeSpan.FromSeconds(-1), TimeSpan.Zero, (buy, visit) => $"interval {visit.Page.Number} {buy.Price}", "interval")
                .Values(),
            buys.JoinWindow(
                visits, Tumbling.Every(TimeSpan.FromSeconds(10)), (buy, visit) => $"window {visit.Page.Number} {buy.Price}", "window")
                .Values(),
            buys.JoinAsOf(visits, (buy, visit) => $"as of {visit.Page.Number} {buy.Price}", name: "as-of").Values(),
            buys.Join(
                visits, (buy, visit) => $"streams {visit.Page.Number} {buy.Price}", keepLeft: TimeSpan.FromSeconds(2),
                keepRight: TimeSpan.FromSeconds(2)).Values().Where(line => line == "streams 4 5"),
        ];
    }

    private static Stream<string>[] Patterns(Pipeline pipeline) =>
    [
        pipeline.From(Source.Of(Visits)).WithEventTime(visit => visit.Time).KeyBy(visit => visit.User)
            .Match(
                Pattern.Begin<Visit>("shop", visit => visit.Page.Site == "shop")
                    .Next("news", visit => visit.Page.Site == "news").OneOrMore()
                    .Within(TimeSpan.FromMinutes(1)),
                (user, match) => $"{user} {match["shop"][0].Page.Number} {match.All.Count}")
            .Values().Where(line => line.StartsWith("user 2")),
    ];

    private sealed class Profiles : KeyedProcess<string, Visit, string>
    {
        private ValueState<Page> _last = null!;
        private ListState<Page> _pages = null!;
        private MapState<string, Page> _bySite = null!;
        private MapState<Page, long> _counts = null!;

        public override void Open(ProcessStates<string, Visit> states)
        {
            _last = states.Value<Page>("last", timeToLive: TimeSpan.FromMinutes(10));
            _pages = states.List<Page>("pages");
            _bySite = states.Map<string, Page>("by-site", timeToLive: TimeSpan.FromHours(1));
            _counts = states.Map<Page, long>("counts");
        }

        public override void OnRecord(in Record<Visit> record, ProcessContext<string, string> context)
        {
            var page = record.Value.Page;
            if (!_last.TryGet(out var last)) last = page;
            _last.Value = page;
            _pages.Add(page);
            _bySite.Update(page.Site, out _) = page;
            _counts.Update(page, out _)++;
            if (_pages.Count == 15) context.Emit($"{context.Key} {last.Number} {_pages[3].Number} {_counts.Update(page, out _)}");
        }
    }
}

public enum Priority
{
    Low,
    High,
}

[DataflowRecord]
public sealed record Visit(DateTimeOffset Time, string User, Page Page, Priority? Priority, IReadOnlyList<string> Tags);

[DataflowRecord]
public sealed record Page(string Site, int Number);

/// <summary>Subtypes by number.</summary>
[MessagePack.Union(0, typeof(Bus))]
[MessagePack.Union(1, typeof(Car))]
public abstract record Vehicle;

[DataflowRecord]
public sealed record Bus(int Line) : Vehicle;

[DataflowRecord]
public sealed record Car(string Color, Vehicle? Behind) : Vehicle;

[DataflowRecord]
public sealed record Trip(string User, Vehicle By);

/// <summary>Subtypes by name.</summary>
public interface IEvent;

[DataflowRecord]
public sealed record Opened(string By) : IEvent;

[DataflowRecord]
public readonly record struct Closed(int Count) : IEvent;

[DataflowRecord]
public sealed record VisitKey(string User, Page Page, Priority? Priority);

[DataflowRecord]
public sealed record User(string Name, string Country);

[DataflowRecord]
public sealed record Person(string Name, string Country, Priority Kind, int? Age);

[DataflowRecord]
public sealed record Profile(string Name, Page Page);

[DataflowRecord]
public sealed record Purchase(DateTimeOffset Time, string User, double Price);
