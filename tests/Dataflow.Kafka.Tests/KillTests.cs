using System.Diagnostics;
using Confluent.Kafka;
using Dataflow.Redis.Tests;
using StackExchange.Redis;

namespace Dataflow.Kafka.Tests;

/// <summary>Kills a real process that reads from Kafka and writes to it, again and again; and kills the broker.</summary>
/// <remarks>To replay a failure set <c>DATAFLOW_KILL_SEED</c> to the seed that it printed; for a long run set
/// <c>DATAFLOW_KILLS</c>.</remarks>
public class KillTests(SharedNode shared, ITestOutputHelper output)
{
    private const int Records = 300_000;
    private const int Keys = 97;
    private const int Terminated = 128 + 15; // before the program could listen to the signal

    private KafkaNode Node => shared.Node;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kills_of_the_process_change_nothing_for_readers_of_committed_records(bool isLogOnKafka)
    {
        var (kills, seed, random) = Plan();
        var from = Node.CreateTopic(4);
        Node.Write(from, Enumerable.Range(0, Records).Select(i => $"key-{i % Keys}")
            .Select(key => new Message<string?, string?> { Key = key, Value = key }));

        for (var killed = 0; killed < kills;)
        {
            var to = Node.CreateTopic(3);
            using var folder = new TemporaryFolder();
            while (await DiesAsync(from, to, isLogOnKafka ? null : folder["log"], killed < kills ? random.Next(1500) : null)) killed++;
            output.WriteLine($"killed {killed} times");
            var expected = Enumerable.Range(0, Records).Select(i => $"key-{i % Keys}:{(i / Keys) + 1}").Order(StringComparer.Ordinal);
            var found = Committed(to, Records);
            Assert.True(expected.SequenceEqual(found.Order(StringComparer.Ordinal)), $"Other results after {killed} kills; seed {seed}.");
            Assert.Equal(Records, Node.Read(to).Count);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kills_stops_and_rolling_restarts_of_three_processes_that_share_a_pipeline_change_nothing(bool haveStateDirectories)
    {
        var (kills, seed, random) = Plan();
        var (from, to) = (Node.CreateTopic(6), Node.CreateTopic(3));
        var (counts, keyed) = ($"{to}-counts", $"{to}-keyed");
        Node.CreateTopic(counts, 1);
        Node.CreateTopic(keyed, 4);
        var keys = Enumerable.Range(0, Records).Select(i => $"key-{i % Keys}@{i * 5 / 2}").ToList();
        Node.Write(from, keys.Select(static key => new Message<string?, string?> { Key = key, Value = key }));
        using var folder = new TemporaryFolder();
        var processes = Enumerable.Range(0, 3).Select(StartShared).ToList();
        try
        {
            // Nothing is at stake before: on a busy machine processes may start slowly.
            while (!HasBegun(folder["lines"]) && !processes.Exists(static process => process.HasExited))
                await Task.Delay(50, TestContext.Current.CancellationToken);
            for (var killed = 0; killed < kills && !processes.TrueForAll(static process => process.HasExited); killed++)
            {
                await Task.Delay(random.Next(3000, 9000), TestContext.Current.CancellationToken);
                var victim = random.Next(processes.Count);
                switch ((seed + killed) & 3)
                {
                    case 0:
                        output.WriteLine($"stop process {victim}");
                        await StopPastTheSessionAsync(processes[victim]);
                        break;
                    case 1:
                        output.WriteLine("restart all, one after the other");
                        for (var i = 0; i < processes.Count; i++) processes[i] = await RestartAsync(i);
                        break;
                    default:
                        output.WriteLine($"kill process {victim}");
                        processes[victim] = Replace(victim);
                        break;
                }
            }

            foreach (var process in processes)
            {
                await process.WaitForExitAsync(TestContext.Current.CancellationToken)
                    .WaitAsync(TimeSpan.FromMinutes(4), TestContext.Current.CancellationToken);
            }

            Assert.All(processes, static process => Assert.Equal(0, process.ExitCode));
        }
        finally
        {
            foreach (var process in processes.Where(static process => !process.HasExited)) process.Kill();
        }

        if (haveStateDirectories)
            Assert.Contains(Directory.EnumerateFiles(folder["."], "*.image", SearchOption.AllDirectories), static _ => true);
        var numbered = keys.GroupBy(static key => key)
            .SelectMany(static same => same.Index(), static (_, key) => $"{key.Item}:{key.Index + 1}")
            .Order(StringComparer.Ordinal).ToList();
        Check(numbered, to);
        Check(numbered, keyed);
        var parts = Directory.EnumerateFiles(folder["lines"], "*.jsonl");
        Assert.True(
            numbered.SequenceEqual(parts.SelectMany(File.ReadLines).Select(static line => line.Trim('"')).Order(StringComparer.Ordinal)),
            $"Other lines in the parts; seed {seed}.");
        var seconds = keys.Select(static key => long.Parse(key.Split('@')[1]) / 1000);
        var sums = seconds.GroupBy(static second => (From: second / 2 * 2, Part: second % 7));
        Check(sums.Select(static sum => $"{sum.Key.From}/{sum.Key.Part}:{sum.Count()}"), counts);

        void Check(IEnumerable<string> expected, string topic)
        {
            var found = Committed(topic, expected.Count());
            Assert.True(
                expected.Order(StringComparer.Ordinal).SequenceEqual(found.Order(StringComparer.Ordinal)),
                $"Other results in {topic}; seed {seed}.");
            Assert.Equal(expected.Count(), Node.Read(topic).Count);
        }

        Process StartShared(int number) => Start(
            from, to, ["--shared", folder["lines"], .. haveStateDirectories ? [folder[$"state-{number}"]] : Array.Empty<string>()]);

        Process Replace(int number)
        {
            processes[number].Kill();
            processes[number].WaitForExit(); // it has its state directory till then
            processes[number].Dispose();
            return StartShared(number);
        }

        async Task<Process> RestartAsync(int number)
        {
            var process = processes[number];
            await SignalAsync(process, "TERM");
            await process.WaitForExitAsync(TestContext.Current.CancellationToken)
                .WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode is 0 or Terminated, $"It ended with {process.ExitCode}.");
            return Replace(number);
        }
    }

    [Fact]
    public async Task Processes_that_are_stopped_past_their_session_and_killed_leave_the_last_number_of_each_key_in_Redis()
    {
        const int Written = Records / 3;
        using var redis = RedisServer.Start();
        using var connection = await ConnectionMultiplexer.ConnectAsync(redis.Configuration);
        var from = Node.CreateTopic(6);
        Node.Write(from, Enumerable.Range(0, Written).Select(static i => $"key-{i % Keys}")
            .Select(static key => new Message<string?, string?> { Key = key, Value = key }));
        var processes = Enumerable.Range(0, 3).Select(_ => Start(from, "last", "--redis", redis.Configuration)).ToList();
        try
        {
            while (connection.GetServers()[0].DatabaseSize() < Keys) await Task.Delay(20, TestContext.Current.CancellationToken);
            await StopPastTheSessionAsync(processes[0]);
            processes[1].Kill();
            foreach (var process in processes)
            {
                await process.WaitForExitAsync(TestContext.Current.CancellationToken)
                    .WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            foreach (var process in processes.Where(static process => !process.HasExited)) process.Kill();
        }

        Assert.Equal((0, 0), (processes[0].ExitCode, processes[2].ExitCode));
        Assert.All(Enumerable.Range(0, Keys), key => Assert.Equal(
            (Written - key + Keys - 1) / Keys, (long)connection.GetDatabase().HashGet($"last:key-{key}", "Number")));
    }

    [Fact]
    public async Task A_broker_that_is_killed_and_started_again_interrupts_a_job_and_loses_nothing()
    {
        using var node = new KafkaNode("broker.session.timeout.ms=3000", "broker.heartbeat.interval.ms=500");
        var (from, to) = (node.CreateTopic(), node.CreateTopic());
        var pipeline = new Pipeline("copy");
        pipeline.From(Source.Kafka<string>(from, node.Cluster)).To(Sink.Kafka<string>(to, node.Cluster));
        using var log = Runs.OpenLog();
        await using var job = await pipeline.StartOnAsync(log);
        node.Write(from, Enumerable.Range(0, 1000).Select(i => $"{i}"));
        Assert.Equal(1000, node.Follow(to).Take(1000).Count());

        node.Kill();
        node.StartAgain();
        node.Write(from, Enumerable.Range(1000, 1000).Select(i => $"{i}"));

        Assert.Equal(Enumerable.Range(0, 2000), node.Follow(to).Take(2000).Select(record => int.Parse(record.Message.Value!)));
        await job.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2000, node.Read(to).Count);
    }

    [Fact]
    public async Task A_broker_that_is_killed_and_started_again_interrupts_a_job_whose_log_is_there_and_loses_nothing()
    {
        var cancelled = TestContext.Current.CancellationToken;
        using var node = new KafkaNode("broker.session.timeout.ms=3000", "broker.heartbeat.interval.ms=500");
        await using var log = await KafkaLog.ConnectAsync(node.Cluster, cancellationToken: cancelled);
        var (numbers, copies) = (Topic.Of<int>("numbers", 1), Topic.Of<int>("copies", 1));
        var pipeline = new Pipeline("copy");
        pipeline.From(numbers).To(copies);
        await using var job = await pipeline.StartAsync(
            new JobOptions
            {
                Log = log,
                CheckpointInterval = TimeSpan.FromMilliseconds(100),
                Restarts = RestartPolicy.ExponentialDelay(20, TimeSpan.FromSeconds(1)),
            },
            cancelled);
        await WriteAsync(0);
        await ReadAsync(1000);

        node.Kill();
        node.StartAgain();
        await WriteAsync(1000);
        await ReadAsync(2000);
        await job.StopAsync(cancelled);

        Assert.Equal(Enumerable.Range(0, 2000), copies.ReadAll(log));

        async Task WriteAsync(int from)
        {
            await using var writer = await log.OpenWriterAsync<int, int>(numbers, cancellationToken: cancelled);
            await Task.WhenAll(Enumerable.Range(from, 1000).Select(
                number => writer.WriteAsync(number, number, DateTimeOffset.UnixEpoch, cancellationToken: cancelled)));
        }

        async Task ReadAsync(int count)
        {
            using var reader = log.OpenReader(copies.Name, 0, 0);
            for (var read = 0; read < count;)
            {
                await reader.WaitToReadAsync(cancelled);
                if (reader.TryRead(out var batch)) read += batch.Count;
            }
        }
    }

    private static bool HasBegun(string parts) => Directory.Exists(parts) && Directory.EnumerateFiles(parts).Any();

    private static async Task StopPastTheSessionAsync(Process process)
    {
        if (process.HasExited) return;
        await SignalAsync(process, "STOP");
        await Task.Delay(TimeSpan.FromSeconds(9), TestContext.Current.CancellationToken);
        await SignalAsync(process, "CONT");
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private (int Kills, int Seed, Random Random) Plan()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("DATAFLOW_KILL_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return (int.TryParse(Environment.GetEnvironmentVariable("DATAFLOW_KILLS"), out var count) ? count : 3, seed, new Random(seed));
    }

    /// <summary>Reads committed records as Kafka's own consumer does.</summary>
    private string[] Committed(string topic, int count)
        => Node.Tool(
            "kafka-console-consumer", "--topic", topic, "--isolation-level", "read_committed", "--from-beginning",
            "--max-messages", $"{count}", "--timeout-ms", "10000").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Process Start(string from, string to, params string[] more)
        => Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "KafkaTarget.dll"), Node.Address, from, to, .. more]))!;

    /// <summary>Runs the program; true if it had to be killed, false if it came to its end before.</summary>
    private async Task<bool> DiesAsync(string from, string to, string? directory, int? lifeMs)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "KafkaTarget.dll");
        string[] arguments = [program, Node.Address, from, to, .. directory is null ? Array.Empty<string>() : [directory]];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var line = await process.StandardOutput.ReadLineAsync();
        Assert.True(line == "running", line is null ? await errors : line);
        using var life = new CancellationTokenSource(lifeMs ?? Timeout.Infinite);
        try
        {
            await process.WaitForExitAsync(life.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            return true;
        }

        Assert.True(process.ExitCode == 0, await errors);
        return false;
    }
}
