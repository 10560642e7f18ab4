using Dataflow.Testing;

namespace Dataflow.Tests.Aggregates;

/// <summary>Two to eight aggregates in one pass, of all that can be aggregated.</summary>
public class SeveralTests
{
    private static readonly WindowSpec Windows = Tumbling.Every(TimeSpan.FromSeconds(1));

    [Fact]
    public void Results_of_windows_of_keys_come_in_the_order_of_their_aggregates()
    {
        static WindowedStream<int, long> In(Stream<long> stream, int number)
            => Timed(stream, number).KeyBy(_ => 7).Window(Windows, $"w{number}");

        Assert.Equal(
            ["712", "7123", "71234", "712345", "7123456", "71234567", "712345678"],
            Harness.Run([1L], s => In(s, 2).Aggregate(a => (N(1), N(2)), (k, w, r1, r2) => $"{k}{r1}{r2}").Values()
                .Union(In(s, 3).Aggregate(a => (N(1), N(2), N(3)), (k, w, r1, r2, r3) => $"{k}{r1}{r2}{r3}").Values())
                .Union(In(s, 4).Aggregate(a => (N(1), N(2), N(3), N(4)), (k, w, r1, r2, r3, r4) => $"{k}{r1}{r2}{r3}{r4}").Values())
                .Union(In(s, 5).Aggregate(
                    a => (N(1), N(2), N(3), N(4), N(5)), (k, w, r1, r2, r3, r4, r5) => $"{k}{r1}{r2}{r3}{r4}{r5}").Values())
                .Union(In(s, 6).Aggregate(
                    a => (N(1), N(2), N(3), N(4), N(5), N(6)), (k, w, r1, r2, r3, r4, r5, r6) => $"{k}{r1}{r2}{r3}{r4}{r5}{r6}").Values())
                .Union(In(s, 7).Aggregate(
                    a => (N(1), N(2), N(3), N(4), N(5), N(6), N(7)),
                    (k, w, r1, r2, r3, r4, r5, r6, r7) => $"{k}{r1}{r2}{r3}{r4}{r5}{r6}{r7}").Values())
                .Union(In(s, 8).Aggregate(
                    a => (N(1), N(2), N(3), N(4), N(5), N(6), N(7), N(8)),
                    (k, w, r1, r2, r3, r4, r5, r6, r7, r8) => $"{k}{r1}{r2}{r3}{r4}{r5}{r6}{r7}{r8}").Values()))
                .OrderBy(text => text.Length));
    }

    [Fact]
    public void Results_of_windows_without_keys_come_in_the_order_of_their_aggregates()
    {
        static WindowedStream<long> In(Stream<long> stream, int number) => Timed(stream, number).Window(Windows, $"w{number}");

        Assert.Equal(
            ["12", "123", "1234", "12345", "123456", "1234567", "12345678"],
            Harness.Run([1L], s => In(s, 2).Aggregate(a => (N(1), N(2)), (w, r1, r2) => $"{r1}{r2}")
                .Union(In(s, 3).Aggregate(a => (N(1), N(2), N(3)), (w, r1, r2, r3) => $"{r1}{r2}{r3}"))
                .Union(In(s, 4).Aggregate(a => (N(1), N(2), N(3), N(4)), (w, r1, r2, r3, r4) => $"{r1}{r2}{r3}{r4}"))
                .Union(In(s, 5).Aggregate(a => (N(1), N(2), N(3), N(4), N(5)), (w, r1, r2, r3, r4, r5) => $"{r1}{r2}{r3}{r4}{r5}"))
                .Union(In(s, 6).Aggregate(
                    a => (N(1), N(2), N(3), N(4), N(5), N(6)), (w, r1, r2, r3, r4, r5, r6) => $"{r1}{r2}{r3}{r4}{r5}{r6}"))
                .Union(In(s, 7).Aggregate(
                    a => (N(1), N(2), N(3), N(4), N(5), N(6), N(7)),
                    (w, r1, r2, r3, r4, r5, r6, r7) => $"{r1}{r2}{r3}{r4}{r5}{r6}{r7}"))
                .Union(In(s, 8).Aggregate(
                    a => (N(1), N(2), N(3), N(4), N(5), N(6), N(7), N(8)),
                    (w, r1, r2, r3, r4, r5, r6, r7, r8) => $"{r1}{r2}{r3}{r4}{r5}{r6}{r7}{r8}"))).OrderBy(text => text.Length));
    }

    [Fact]
    public void Results_of_keys_come_in_the_order_of_their_aggregates()
    {
        Assert.Equal(
            ["712", "7123", "71234", "712345", "7123456", "71234567", "712345678"],
            Harness.Run([1L], s =>
            {
                var keyed = s.KeyBy(_ => 7);
                return Rows(keyed.Aggregate(a => (N(1), N(2)), (k, r1, r2) => $"{k}{r1}{r2}", "2"))
                    .Union(Rows(keyed.Aggregate(a => (N(1), N(2), N(3)), (k, r1, r2, r3) => $"{k}{r1}{r2}{r3}", "3")))
                    .Union(Rows(keyed.Aggregate(a => (N(1), N(2), N(3), N(4)), (k, r1, r2, r3, r4) => $"{k}{r1}{r2}{r3}{r4}", "4")))
                    .Union(Rows(keyed.Aggregate(
                        a => (N(1), N(2), N(3), N(4), N(5)), (k, r1, r2, r3, r4, r5) => $"{k}{r1}{r2}{r3}{r4}{r5}", "5")))
                    .Union(Rows(keyed.Aggregate(
                        a => (N(1), N(2), N(3), N(4), N(5), N(6)), (k, r1, r2, r3, r4, r5, r6) => $"{k}{r1}{r2}{r3}{r4}{r5}{r6}", "6")))
                    .Union(Rows(keyed.Aggregate(
                        a => (N(1), N(2), N(3), N(4), N(5), N(6), N(7)),
                        (k, r1, r2, r3, r4, r5, r6, r7) => $"{k}{r1}{r2}{r3}{r4}{r5}{r6}{r7}",
                        "7")))
                    .Union(Rows(keyed.Aggregate(
                        a => (N(1), N(2), N(3), N(4), N(5), N(6), N(7), N(8)),
                        (k, r1, r2, r3, r4, r5, r6, r7, r8) => $"{k}{r1}{r2}{r3}{r4}{r5}{r6}{r7}{r8}",
                        "8")));
            }).OrderBy(text => text.Length));
    }

    [Fact]
    public void What_is_missing_is_said_where_it_is_missing()
    {
        var keyed = new Pipeline("missing").From(Source.Of(1L, 2L)).KeyBy(_ => 7);
        Func<Aggregates<long>, (Aggregation<long, long>, Aggregation<long, long>)> two = a => (a.Count(), a.Count());

        Assert.Throws<ArgumentNullException>("result", () => keyed.Aggregate(two, (Func<int, long, long, string>)null!));
        Assert.Throws<ArgumentNullException>(
            "result", () => keyed.Window(Windows).Aggregate(two, (Func<int, Window, long, long, string>)null!));
        two = null!;
        Assert.Throws<ArgumentNullException>("aggregates", () => keyed.Aggregate(two, (_, n, _) => n));
    }

    [Theory]
    [InlineData(typeof(Aggregates<>))]
    [InlineData(typeof(TableAggregates<>))]
    public void What_an_aggregate_keeps_is_no_part_of_its_type(Type aggregates)
        => Assert.All(
            aggregates.GetMethods().Where(method => method.DeclaringType == aggregates),
            method => Assert.Equal(typeof(Aggregation<,>), method.ReturnType.GetGenericTypeDefinition()));

    private static Stream<long> Timed(Stream<long> stream, int number) => stream.WithEventTime(value => value, name: $"time{number}");

    private static Stream<string> Rows(Table<int, string> table) => table.Changes().Values().Select(change => change.New!);

    private static Aggregation<long, int> N(int number)
        => new Aggregates<long>().Custom($"{number}", () => number, (one, _) => one, (one, _) => one, one => one);
}
