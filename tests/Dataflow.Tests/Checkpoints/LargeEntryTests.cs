using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Checkpoints;

/// <summary>State, kept records, manifests and errors that are larger than a record of the log may be.</summary>
public sealed class LargeEntryTests
{
    private const int Large = 20 << 20;

    private static Topic<int> Sizes => Topic.Of<int>("sizes");

    private static Topic<string> Results => Topic.Of<string>("results");

    [Fact]
    public void A_large_state_is_kept_whole_over_restarts_and_snapshots_and_may_become_small_again()
    {
        using var driver = Drive(sizes => sizes.KeyBy(_ => 0).Process(() => new Growing()).Values());

        driver.Feed(Sizes, Large, 1);
        driver.Restart();
        driver.Feed(Sizes, 5);
        driver.Restart();
        driver.Feed(Sizes, -Large);
        driver.Restart();
        driver.Feed(Sizes, 0);

        Assert.Equal([$"{Large} 1", $"{Large + 1} 2", $"{Large + 6} 3", "6 4", "6 5"], driver.Read(Results));
    }

    [Fact]
    public void A_large_accumulator_goes_on_after_a_restart()
    {
        const int Values = 2_200_000; // eight bytes each
        using var driver = Drive(sizes => sizes.SelectMany(size => Enumerable.Range(0, size)).KeyBy(_ => 0)
            .Aggregate(a => a.CountDistinct(value => (long)value), (_, n) => $"{n}").Changes().Select(change => change.New!).Values());

        driver.Feed(Sizes, Values);
        driver.Restart();
        driver.Feed(Sizes, Values + 3);

        Assert.Equal($"{Values + 3}", driver.Read(Results)[^1]);
    }

    [Fact]
    public void A_large_record_that_a_join_keeps_finds_its_partner_after_a_restart()
    {
        using var driver = Drive(sizes =>
        {
            var keyed = sizes.KeyBy(_ => 0);
            return keyed.Where(size => size > 0).Select(size => new byte[size])
                .Join(keyed.Where(size => size < 0, "small"), (l, r) => $"{l.Length} {r}").Values();
        });

        driver.Feed(Sizes, Large);
        driver.Restart();
        driver.Feed(Sizes, -1);

        Assert.Equal([$"{Large} -1"], driver.Read(Results));
    }

    [Fact]
    public async Task A_manifest_of_any_size_is_read_again()
    {
        using var log = SimulatedJob.OpenLog();
        var topics = await CheckpointTopics.OpenAsync(
            log, "large", owner: "large", writesDeadLetters: false, TestContext.Current.CancellationToken);
        foreach (var (epoch, size) in new[] { 10, 15 << 20, 3 << 20, 10 }.Index())
        {
            var blob = new byte[size];
            new Random(size).NextBytes(blob);
            var manifest = new Manifest
            {
                Epoch = epoch, Format = Manifest.CurrentFormat, Positions = [], IsFinished = false,
                Blobs = new Dictionary<string, SavedPart[]> { ["blob"] = [new(1, blob)] },
            };
            var commit = new LogCommit();
            topics.AddManifest(commit, manifest, DateTimeOffset.UnixEpoch);
            await log.CommitAsync(commit, TestContext.Current.CancellationToken);

            Assert.Equal(blob, topics.Read()[^1].Blobs["blob"][0].Bytes);
        }
    }

    [Fact]
    public void A_dead_letter_says_the_beginning_of_a_long_error()
    {
        using var driver = Drive(
            sizes => sizes.Select(size => size > 0 ? throw new InvalidOperationException(new string('x', size)) : $"{size}"));

        driver.Feed(Sizes, Large, 0);

        Assert.Equal(new string('x', 4096) + "…", Assert.Single(driver.Read(Topic.Of<DeadLetter>("large.dead-letters"))).Reason);
        Assert.Equal(["0"], driver.Read(Results));
    }

    [Fact]
    public void A_state_that_cannot_be_written_is_named()
    {
        using var driver = Drive(sizes => sizes.KeyBy(_ => 0).Process(() => new Spoilt(), "spoilt").Values());

        var error = Assert.Throws<OperatorException>(() => driver.Feed(Sizes, 1));

        Assert.StartsWith("Operator 'spoilt' could not write its state 'state' to a checkpoint: ", error.Message, StringComparison.Ordinal);
    }

    private static PipelineDriver Drive(Func<Stream<int>, Stream<string>> steps) => new(() =>
    {
        var pipeline = new Pipeline("large") { OnError = ErrorPolicy.DeadLetter() };
        steps(pipeline.From(Sizes)).To(Results);
        return pipeline;
    });

    public sealed class Bytes
    {
        public byte[] Kept { get; set; } = [];

        public int Times { get; set; }
    }

    public sealed class Circle
    {
        public Circle? Next { get; set; }
    }

    private sealed class Growing : KeyedProcess<int, int, Bytes, string>
    {
        public override void OnRecord(in Record<int> record, ref Bytes state, ProcessContext<int, string> context)
        {
            state ??= new Bytes();
            state.Kept = new byte[state.Kept.Length + record.Value];
            context.Emit($"{state.Kept.Length} {++state.Times}");
        }
    }

    private sealed class Spoilt : KeyedProcess<int, int, Circle, string>
    {
        public override void OnRecord(in Record<int> record, ref Circle state, ProcessContext<int, string> context)
        {
            state = new Circle();
            state.Next = state;
        }
    }
}
