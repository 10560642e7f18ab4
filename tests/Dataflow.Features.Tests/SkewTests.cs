using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Features.Tests;

/// <summary>Answers of a running job are kept, computed again and compared.</summary>
public sealed class SkewTests : IAsyncDisposable
{
    private static readonly Topic<Served<Flight>> s_served = Topic.Of<Served<Flight>>("served");

    private readonly LogStore _log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });

    public async ValueTask DisposeAsync() => await _log.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nothing_differs_where_training_computes_what_was_served(int workers)
    {
        var kept = await ServeAsync(share: 1, workers);

        var report = Report(FlightFeatures.Service, workers);

        Assert.Equal(500, kept);
        Assert.Contains("delay_mean_1h", report.Select(row => row.Feature));
        Assert.All(report, row => Assert.Equal((kept, 0, null), (row.Compared, row.Different, row.Example)));
    }

    [Fact]
    public async Task A_feature_that_training_defines_otherwise_is_found_with_an_example_and_the_others_are_not()
    {
        var kept = await ServeAsync(share: 1, workers: 1);

        var report = Report(
            (pipeline, stopsAtEnd, lateness) => FlightFeatures.Service(pipeline, stopsAtEnd, lateness, lateFrom: 30), workers: 2);

        var late = report.Where(row => row.Different > 0).ToList();
        Assert.Contains("late_1d", late.Select(row => row.Feature));
        Assert.All(late, row => Assert.Contains("late", row.Feature, StringComparison.Ordinal));
        Assert.All(late, row => Assert.NotEqual(row.Example!.Served, row.Example.Recomputed));
        Assert.All(report, row => Assert.Equal(kept, row.Compared));
    }

    [Fact]
    public async Task A_share_of_the_keys_is_kept_with_all_their_answers()
    {
        var kept = await ServeAsync(share: 0.3, workers: 1);

        var sample = s_served.ReadAll(_log).ToList();
        Assert.Equal(kept, sample.Count);
        Assert.InRange(kept, 20, 400);
        var asked = FlightFeatures.Read(1_000).Take(500).ToList();
        foreach (var airport in sample.GroupBy(answer => answer.Request.Origin))
            Assert.Equal(asked.Where(flight => flight.Origin == airport.Key), airport.Select(answer => answer.Request));
        Assert.All(Report(FlightFeatures.Service, workers: 1), row => Assert.Equal((kept, 0), (row.Compared, row.Different)));
    }

    [Fact]
    public async Task A_log_that_takes_nothing_more_costs_copies_but_no_answer()
    {
        FlightFeatures.Append(_log, FlightFeatures.Read(10));
        await using var job = await StartAsync(1);
        var reader = job.Job.Read(job.Service);
        var sample = await ServedSample<Flight>.OpenAsync(
            _log, s_served, 1, flight => flight.Origin, cancellationToken: TestContext.Current.CancellationToken);
        var flight = FlightFeatures.Read(1)[0];
        var answer = reader.Read(flight);
        await job.DisposeAsync();
        await _log.DisposeAsync();

        for (var i = 0; i < 3; i++) sample.Add(flight, answer);
        await Assert.ThrowsAnyAsync<Exception>(async () => await sample.DisposeAsync());
        sample.Add(flight, answer);

        Assert.True(sample.Dropped > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public async Task A_share_that_is_none_is_refused(double share)
        => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => ServedSample<Flight>.OpenAsync(
                _log, s_served, share, flight => flight.Origin, cancellationToken: TestContext.Current.CancellationToken));

    private async Task<long> ServeAsync(double share, int workers)
    {
        var flights = FlightFeatures.Read(1_000);
        FlightFeatures.Append(_log, flights.Take(500));
        await using var job = await StartAsync(workers);
        var reader = job.Job.Read(job.Service);
        await using var sample = await ServedSample<Flight>.OpenAsync(
            _log, s_served, share, flight => flight.Origin, cancellationToken: TestContext.Current.CancellationToken);
        for (var i = 0; i < 500; i++)
        {
            FlightFeatures.Append(_log, flights.Skip(500 + i).Take(1));
            sample.Add(flights[i], reader.Read(flights[i], DateTimeOffset.FromUnixTimeMilliseconds(flights[500 + i].ToldMs)));
        }

        Assert.Equal(0, sample.Dropped);
        return sample.Kept;
    }

    private async Task<Serving> StartAsync(int workers)
    {
        var pipeline = new Pipeline("serving");
        var service = FlightFeatures.Service(pipeline, stopsAtEnd: false, lateness: TimeSpan.FromMinutes(15)).Serve();
        return new(
            await pipeline.StartAsync(new JobOptions { Log = _log, Workers = workers }, TestContext.Current.CancellationToken), service);
    }

    private List<FeatureSkew> Report(Func<Pipeline, bool, TimeSpan, FeatureService<Flight>> service, int workers)
    {
        var pipeline = new Pipeline($"skew-{Guid.NewGuid():N}");
        var report = Sink.Memory<FeatureSkew>();
        pipeline.FindSkew(s_served, service(pipeline, true, TimeSpan.FromMinutes(15))).Changes().Values()
            .Select(change => change.New!).To(report);
        pipeline.RunAsync(new JobOptions { Log = _log, Workers = workers }, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        return [.. report.Committed.GroupBy(row => row.Feature).Select(rows => rows.Last())];
    }

    private sealed record Serving(Job Job, FeatureService<Flight> Service) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Job.DisposeAsync();
    }
}
