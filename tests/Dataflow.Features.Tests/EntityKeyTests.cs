using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;

namespace Dataflow.Features.Tests;

/// <summary>An entity is whatever C# says is equal to its key, in whatever form the key comes: with an event, a request or a label, before
/// a restart or after it, on any number of workers.</summary>
public class EntityKeyTests
{
    private static readonly Gen<decimal> s_decimals = Gen.Select(Gen.Int[-2, 2], Gen.Int[0, 28]).Select(
        (value, scale)
            => value == 0 ? new decimal(0, 0, 0, scale % 2 == 1, (byte)scale) : value * (1m + new decimal(0, 0, 0, false, (byte)scale)));

    private static readonly Gen<DateTimeOffset> s_moments = Gen.Select(Gen.Long[0, 3], Gen.Int[-14, 14]).Select(
        (ticks, hours) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(ticks).ToOffset(TimeSpan.FromHours(hours)));

    private static readonly Gen<double> s_doubles = OneOf(
        0.0, -0.0, double.NaN, -double.NaN, BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_0001), 1.5, double.PositiveInfinity,
        double.Epsilon);

    private static readonly Gen<string> s_texts = OneOf(
        "", "a", "A", "\0", "\uD800", "\uDC00", "a\uD83D", "\uFFFD", "é", "e\u0301", "😀", "1");

    [Fact]
    public void Decimals_of_any_scale() => Check(s_decimals);

    [Fact]
    public void Moments_in_any_time_zone() => Check(s_moments);

    [Fact]
    public void Dates_of_any_kind()
        => Check(Gen.Select(Gen.Long[0, 3], OneOf(DateTimeKind.Utc, DateTimeKind.Local, DateTimeKind.Unspecified))
            .Select((ticks, kind) => new DateTime(ticks, kind)));

    [Fact]
    public void Doubles_with_zeros_of_either_sign_and_any_NaN() => Check(s_doubles);

    [Fact]
    public void Floats_and_halves() => Check(s_doubles.Select(value => ((float)value, (Half)value)));

    [Fact]
    public void Texts_with_halves_of_pairs() => Check(s_texts);

    [Fact]
    public void Numbers_and_identifiers()
        => Check(Gen.Select(Gen.Int[0, 2], OneOf(DayOfWeek.Monday, DayOfWeek.Friday)).Select(
            (n, day) => ((byte)n, (UInt128)n << 100, new Guid(n, 0, 0, new byte[8]), TimeSpan.FromTicks(n), new TimeOnly(n), day)));

    [Fact]
    public void Records_and_tuples_of_them()
        => Check(
            Gen.Select(
            s_texts, s_decimals, Gen.Select(Gen.Bool, s_moments).Select((has, at) => has ? at : (DateTimeOffset?)null), s_doubles).Select(
            (text, amount, at, x) => (new Price(text, amount, at), new Point(x, (float)x))));

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static void Check<TKey>(Gen<TKey> keys)
        where TKey : notnull
        => Gen.Select(keys.Array[1, 12], Gen.Select(Gen.Int[0, 11], Gen.Int[-9, 9]).Array[1, 60], Gen.Int[1, 4].Array[5]).Sample(
            (forms, drawn, workers) =>
            {
                Visit<TKey>[] visits = [.. drawn.Select((visit, i) => new Visit<TKey>(forms[visit.Item1 % forms.Length], i, visit.Item2))];
                Ask<TKey>[] asks = [
                    .. forms.SelectMany(
                    (form, i) => new[] { new Ask<TKey>(form, visits.Length, i), new Ask<TKey>(form, i, forms.Length + i) })];
                using var log = SimulatedJob.OpenLog();
                var known = Serve(log, visits, forms, workers);
                log.Append("asks", asks);
                log.Append("known", known);
                var rows = Train<TKey>(log, workers, (pipeline, service) => pipeline
                    .From(Topic.Of<Ask<TKey>>("asks").StopAtEnd().OrderBy(ask => ask.TimeMs))
                    .WithEventTime(ask => ask.TimeMs, name: "asked")
                    .JoinFeatures(service, ask => ask.Key, (ask, features) => $"{ask.Number}: {TextOf(features)}"));
                Assert.Equal(
                    asks.Select(ask => $"{ask.Number}: {Model(visits.Where(visit => visit.TimeMs < ask.TimeMs), ask.Key)}")
                        .Order(StringComparer.Ordinal), rows);
                rows = Train<TKey>(log, workers, (pipeline, service) => pipeline.JoinFeaturesAsKnown(
                    Topic.Of<Known<TKey>>("known"), service, ask => ask.Key, ask => ask.Cut,
                    (ask, features) => $"{TextOf(features)} {ask.Answer == TextOf(features)}"));
                Assert.Equal(known.Select(ask => $"{ask.Answer} True").Order(StringComparer.Ordinal), rows);
            },
            iter: 15, threads: 1);

    /// <summary>Reads what is served of each form, halfway and at the end; between reads the job starts again on other workers.</summary>
    private static List<Known<TKey>> Serve<TKey>(LogStore log, Visit<TKey>[] visits, TKey[] forms, int[] workers)
        where TKey : notnull
    {
        var (known, half) = (new List<Known<TKey>>(), visits.Length / 2);
        for (var run = 0; run < 3; run++)
        {
            var pipeline = new Pipeline("served");
            var service = Service<TKey>(pipeline, stopsAtEnd: false).Serve();
            Append(log, run == 0 ? visits[..half] : run == 1 ? visits[half..] : []);
            var job = SimulatedJob.Start(pipeline, log, workers[run]);
            job.RunUntilIdle();
            foreach (var form in forms)
            {
                var answer = job.Ask(
                    running => Task.FromResult(running.Read(service).Read(form, DateTimeOffset.FromUnixTimeMilliseconds(visits.Length))));
                Assert.Equal(Model(run == 0 ? visits[..half] : visits, form), TextOf(answer));
                known.Add(new(forms.Last(other => EqualityComparer<TKey>.Default.Equals(other, form)), answer.Cut, TextOf(answer)));
            }

            job.Checkpoint();
            job.Close();
        }

        return known;

        void Append(LogStore log, Visit<TKey>[] some)
        {
            // As writers should: all events of an entity in one partition.
            foreach (var partition in new[] { 0, 1 })
                log.Append(
                    "visits",
                    some.Where(
                    visit => Array.FindIndex(forms, form => EqualityComparer<TKey>.Default.Equals(form, visit.Key)) % 2 == partition),
                    partition, 2);
        }
    }

    /// <summary>The rows of a training set, made on some workers and, after a restart, on others.</summary>
    private static IReadOnlyList<string> Train<TKey>(LogStore log, int[] workers, Func<Pipeline, FeatureService<TKey>, Stream<string>> join)
        where TKey : notnull
    {
        var topic = $"rows-{log.Topics.Count}";
        var job = Start(workers[3]);
        for (var turn = 0; turn < 30 && !job.HasFinished; turn++) job.Step();
        if (!job.HasFinished) job.Begin();
        while (!job.HasFinished && job.Status.Checkpoints.Count == 0) job.Step();
        job.Close();
        Start(workers[4]).Run();
        return log.Sorted<string>(topic);

        SimulatedJob Start(int count)
        {
            var pipeline = new Pipeline(topic);
            join(pipeline, Service<TKey>(pipeline, stopsAtEnd: true)).To(Topic.Of<string>(topic));
            return SimulatedJob.Start(pipeline, log, count, with: options => options with { ReadRecords = 4 });
        }
    }

    private static FeatureService<TKey> Service<TKey>(Pipeline pipeline, bool stopsAtEnd)
        where TKey : notnull
    {
        var visits = Topic.Of<Visit<TKey>>("visits");
        var view = pipeline.From(stopsAtEnd ? visits.StopAtEnd() : visits).WithEventTime(visit => visit.TimeMs, TimeSpan.FromDays(1))
            .KeyBy(visit => visit.Key)
            .FeatureView("visits", v =>
            {
                v.Aggregate("count", a => a.Count(), [TimeSpan.FromDays(1)], defaultValue: 0);
                v.Aggregate("sum", a => a.Sum(visit => visit.Value), [TimeSpan.FromDays(1)], defaultValue: 0);
                v.Last("last", visit => visit.Value, defaultValue: 0);
            });
        return FeatureService.Of<TKey>("by-key", s => s.From(view, key => key));
    }

    private static string Model<TKey>(IEnumerable<Visit<TKey>> visits, TKey key)
    {
        var own = visits.Where(visit => EqualityComparer<TKey>.Default.Equals(visit.Key, key)).ToList();
        return $"{own.Count} {own.Sum(visit => visit.Value)} {own.LastOrDefault()?.Value ?? 0}";
    }

    private static string TextOf(FeatureVector features) => string.Join(' ', features.Values.ToArray().Select(value => value.ToObject()));

    public sealed record Visit<TKey>(TKey Key, long TimeMs, int Value);

    public sealed record Ask<TKey>(TKey Key, long TimeMs, int Number);

    public sealed record Known<TKey>(TKey Key, FeatureCut Cut, string Answer);

    public sealed record Price(string Currency, decimal Amount, DateTimeOffset? At);

    public readonly record struct Point(double X, float Y);
}
