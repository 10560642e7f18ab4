using Dataflow.Log;

namespace Dataflow.Telemetry.Tests;

/// <summary>Two jobs of a shop that go on until they are disposed, and use everything that has an instrument.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly LogStore _log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Job> _jobs = [];
    private Task _writing = Task.CompletedTask;

    public static async Task<Traffic> StartAsync()
    {
        var traffic = new Traffic();
        foreach (var name in new[] { "orders", "returns" }) traffic._jobs.Add(await traffic.StartAsync(name));
        traffic._writing = traffic.WriteAsync();
        return traffic;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var job in _jobs) await job.DisposeAsync();
        await _log.DisposeAsync();
        _ending.Dispose();
    }

    private async Task<Job> StartAsync(string name)
    {
        var pipeline = new Pipeline(name) { OnError = ErrorPolicy.DeadLetter() };
        var numbers = pipeline.From(Topic.Of<long>("numbers", partitions: 2))
            .Check(rules => [rules.That("not-round", static number => number % 100 != 3)])
            .Where(static number => number % 10 != 9)
            .Select(static number => 100 / (number % 100 - 50) + number)
            .WithEventTime(static number => DateTimeOffset.UnixEpoch.AddSeconds(number));
        numbers.KeyBy(static number => number % 7).Window(Tumbling.Every(TimeSpan.FromSeconds(10)))
            .Aggregate(a => a.Count(), static (key, _, count) => $"{key}: {count}").To(Topic.Of<string>($"{name}-counts"));
        numbers.MapAsync(static async number =>
        {
            await Task.Yield();
            return number;
        }).To(Topic.Of<long>($"{name}-copies"));
        return await pipeline.StartAsync(
            new JobOptions { Log = _log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(100) });
    }

    private async Task WriteAsync()
    {
        await using var writer = await _log.OpenWriterAsync<long, long>(Topic.Of<long>("numbers"), cancellationToken: _ending.Token);
        for (var number = 0L;; number += 20)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(more => writer.WriteAsync(more, number + more)));
            await Task.Delay(20, _ending.Token);
        }
    }
}
