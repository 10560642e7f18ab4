using System.Diagnostics;
using Confluent.Kafka;
using static Dataflow.Kafka.Tests.Members;

namespace Dataflow.Kafka.Tests;

/// <summary>State that is on Kafka and, as images, on the disk of the process that has it.</summary>
public sealed class StateDirectoryTests(SharedNode shared, ITestOutputHelper output)
{
    private const int Keys = 200_000;

    private KafkaNode Node => shared.Node;

    [Fact]
    public async Task A_killed_process_that_starts_again_with_its_directory_reads_far_less_and_gives_the_same_results()
    {
        using var folder = new TemporaryFolder();
        var (from, to) = (Node.CreateTopic(4), Node.CreateTopic(3));
        var (first, _) = await StartAsync(from, to, folder["state"]);
        await CountAsync(1);
        var images = Path.Combine(folder["state"], $"numbering-{to}.state");
        await UntilAsync(() => Directory.GetFiles(images, "*.image").Length == 64, []);
        await KillAsync(first);

        var (second, withImages) = await StartAsync(from, to, folder["state"]);
        await CountAsync(2);
        await KillAsync(second);
        var (third, without) = await StartAsync(from, to);
        await CountAsync(3);
        await KillAsync(third);

        output.WriteLine($"images and bytes of the log: {withImages}; without: {without}");
        Assert.Equal((64, 0), (withImages.Images, without.Images));
        Assert.InRange(withImages.LogBytes, 0, without.LogBytes / 2);

        async Task CountAsync(int rounds)
        {
            Node.Write(from, Enumerable.Range(0, Keys).Select(static i => new Message<string?, string?> { Key = $"{i}", Value = $"{i}" }));
            var results = new Dictionary<string, int>();
            foreach (var record in Node.Follow(to).Take(rounds * Keys)) results[record.Message.Value!] = 1;
            Assert.Equal(rounds * Keys, results.Count);
            Assert.All(
                Enumerable.Range(0, Keys), i => Assert.True(Enumerable.Range(1, rounds).All(round => results.ContainsKey($"{i}:{round}"))));
            await Task.CompletedTask;
        }
    }

    [Fact]
    public async Task State_of_topics_that_were_deleted_does_not_come_back_from_the_disk()
    {
        using var folder = new TemporaryFolder();
        var from = Node.CreateTopic(2);
        var name = $"numbers-{from}";
        Node.Write(from, ["a", "b", "a"]);
        Assert.Equal(["a: 1", "a: 2", "b: 1"], await RunAsync(results: 3, images: 0));
        Node.Write(from, ["a"]);
        Assert.Equal(["a: 1", "a: 2", "a: 3", "b: 1"], await RunAsync(results: 4, images: 2));

        var ours = Array.Empty<string>();
        Node.Ask(admin =>
        {
            ours = [.. admin.GetMetadata(TimeSpan.FromSeconds(30)).Topics.Select(static topic => topic.Topic)
                .Where(topic => topic.Contains(name, StringComparison.Ordinal))];
            return Task.CompletedTask;
        });
        Assert.Contains($"{name}.changelog", ours);
        foreach (var topic in ours) Node.DeleteTopic(topic);

        Assert.Equal(["a: 1", "a: 2", "a: 3", "b: 1"], await RunAsync(results: 4, images: 0));

        async Task<string[]> RunAsync(int results, int images)
        {
            await using var log = await ConnectAsync(Node);
            var pipeline = new Pipeline(name);
            pipeline.From(Source.Kafka<string>(from, Node.Cluster)).KeyBy(static text => text).Process(static () => new Numbered())
                .Values().To(Topic.Of<string>($"{name}-results", 1));
            await using var job = await pipeline.StartAsync(
                new JobOptions { Log = log, CheckpointInterval = TimeSpan.FromMilliseconds(50), StateDirectory = folder["state"] },
                TestContext.Current.CancellationToken);
            await UntilAsync(() => log.GetTopic($"{name}-results").EndOffset(0) >= results, [job]);
            Assert.Equal(images, job.Status.Restore.FromImages);
            await job.StopAsync(TestContext.Current.CancellationToken);
            return [.. Topic.Of<string>($"{name}-results", 1).ReadAll(log).Order(StringComparer.Ordinal)];
        }
    }

    private static async Task KillAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.Dispose();
    }

    /// <summary>Starts a process that counts; returns how many shards came from images, and how many bytes from the log.</summary>
    private async Task<(Process Process, (int Images, long LogBytes) Restored)> StartAsync(string from, string to, string? directory = null)
    {
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "KafkaTarget.dll"), Node.Address, from, to, "--state",
            .. directory is null ? Array.Empty<string>() : [directory],
        ];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        var numbers = line?.Split(' ') ?? throw new InvalidOperationException("It does not run.");
        return (process, (int.Parse(numbers[0]), long.Parse(numbers[1])));
    }

    private sealed class Numbered : KeyedProcess<string, string, long, string>
    {
        public override void OnRecord(in Record<string> record, ref long state, ProcessContext<string, string> context)
            => context.Emit($"{context.Key}: {++state}");
    }
}
