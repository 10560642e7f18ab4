using System.Diagnostics.Metrics;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

public sealed class JobMeterTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    [Fact]
    public void Tells_listeners_what_each_step_emitted_and_how_many_checkpoints_there_were()
    {
        var pipeline = new Pipeline("metered");
        pipeline.From(Source.Of([1, 2, 3])).Where(value => value > 1, name: "above-one").To(Sink.Memory<int>());
        var job = SimulatedJob.Start(pipeline, _log);
        while (!job.HasFinished) job.Step();

        var seen = Measure();

        Assert.Equal(2, seen["dataflow.operator.records.out/above-one"]);
        Assert.Equal(3, seen["dataflow.operator.records.in/above-one"]);
        Assert.Equal(1, seen["dataflow.operator.records.filtered/above-one"]);
        Assert.Equal(0, seen["dataflow.dead_letter.records/above-one"]);
        Assert.Equal(1, seen["dataflow.checkpoints/"]);
        Assert.Equal(0, seen["dataflow.state.entries/above-one"]);
        Assert.Equal(0, seen["dataflow.job.restarts/"]);
        Assert.Equal(0, seen["dataflow.queue.length/"]);
        Assert.Contains("dataflow.job.restore.duration/", seen.Keys);
        Assert.Contains("dataflow.checkpoint.last_completed.age/", seen.Keys);
        job.Close();
        Assert.Empty(Measure());
    }

    [Fact]
    public void Tells_listeners_of_each_checkpoint()
    {
        _log.Append("numbers", Enumerable.Range(0, 1000));
        var pipeline = new Pipeline("metered");
        pipeline.From(Topic.Of<int>("numbers")).To(Topic.Of<int>("copies"));
        var seen = new List<(string, double)>();
        using var listener = Listen((instrument, _, value) => seen.Add((instrument, value)));
        var job = SimulatedJob.Start(pipeline, _log);
        job.Checkpoint();
        job.Checkpoint();

        var sizes = seen.Where(m => m.Item1 == "dataflow.checkpoint.size").Select(m => (long)m.Item2).ToList();
        Assert.Equal((2, job.Status.Checkpoints.Bytes, job.Status.Checkpoints.LastBytes), (sizes.Count, sizes.Sum(), sizes[^1]));
        Assert.Equal(job.Status.Checkpoints.LastDuration.TotalSeconds, seen.Last(m => m.Item1 == "dataflow.checkpoint.duration").Item2);
        job.Close();
    }

    [Fact]
    public async Task Tells_listeners_how_often_a_run_was_started_again()
    {
        _log.Append("numbers", Enumerable.Range(0, 10));
        var restarts = new List<double>();
        var pipeline = new Pipeline("metered");
        pipeline.From(Topic.Of<int>("numbers").StopAtEnd()).Select(Count).To(Sink.Memory<int>());
        await pipeline.RunAsync(
            new JobOptions { Log = _log, Workers = 1, Restarts = RestartPolicy.ExponentialDelay(2, TimeSpan.Zero) },
            TestContext.Current.CancellationToken);

        Assert.Equal([0, 1, 2], restarts);

        int Count(int x)
        {
            if (x != 5) return x;
            restarts.Add(Measure()["dataflow.job.restarts/"]);
            return restarts.Count < 3 ? throw new DataflowException("Busy.") { IsTransient = true } : x;
        }
    }

    [Fact]
    public void Each_instrument_says_its_unit_and_what_it_measures_and_histograms_advise_their_buckets()
    {
        var pipeline = new Pipeline("metered");
        pipeline.From(Source.Of([1])).To(Sink.Memory<int>());
        var instruments = new List<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => instruments.Add(instrument) };
        var job = SimulatedJob.Start(pipeline, _log);
        listener.Start();

        var ours = instruments.Where(instrument => instrument.Meter.Name == "Dataflow").ToList();

        Assert.All(ours, instrument => Assert.False(string.IsNullOrEmpty(instrument.Description), instrument.Name));
        Assert.All(ours, instrument => Assert.True(instrument.Unit is "s" or "By" or ['{', .., '}'], instrument.Name));
        Assert.All(ours.OfType<Histogram<double>>(), histogram => Assert.True(histogram.Advice!.HistogramBucketBoundaries![0] <= 0.001));
        Assert.All(ours.OfType<Histogram<long>>(), histogram => Assert.True(histogram.Advice!.HistogramBucketBoundaries!.Count > 10));
        Assert.NotEmpty(ours.OfType<Histogram<double>>());
        job.Close();
    }

    [Fact]
    public void No_two_measurements_of_an_instrument_have_the_same_tags_where_steps_have_the_same_name()
    {
        var pipeline = new Pipeline("metered");
        var input = pipeline.From(Source.Of([1, 2, 3]));
        input.Select(x => x + 1).Select(x => x + 1).Select(x => x, name: "select-2").KeyBy(x => x).Values().To(Sink.Memory<int>("first"));
        input.KeyBy(x => x).Values().To(Sink.Memory<int>("second"));
        var job = SimulatedJob.Start(pipeline, _log);
        var measured = new List<string>();
        using (var listener =
            Listen((instrument, tags, _) => measured.Add($"{instrument} {tags}"), AllTags)) listener.RecordObservableInstruments();

        Assert.Equal(measured.Distinct(), measured);
        Assert.Contains("select-3", job.Status.Steps.Select(step => step.Label));
        job.Close();
    }

    [Fact]
    public void Is_not_asked_of_a_job_whose_parts_are_still_put_together()
    {
        var pipeline = new Pipeline("metered");
        var seen = new List<int>();
        pipeline.From(Source.Of([1])).Add(input => new MeasuredNode(input, () => seen.Add(Measure().Count))).To(Sink.Memory<int>());
        var job = SimulatedJob.Start(pipeline, _log);

        Assert.Equal([0], seen);
        Assert.NotEmpty(Measure());
        job.Close();
    }

    public void Dispose() => _log.Dispose();

    private static Dictionary<string, double> Measure()
    {
        var seen = new Dictionary<string, double>();
        using var listener = Listen((instrument, step, value) => seen[$"{instrument}/{step}"] = value);
        listener.RecordObservableInstruments();
        return seen;
    }

    private static string AllTags(IReadOnlyDictionary<string, string?> tags)
        => string.Join(", ", tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"));

    private static MeterListener Listen(
        Action<string, string?, double> onMeasured, Func<IReadOnlyDictionary<string, string?>, string?>? shown = null)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == "Dataflow") listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.Start();
        return listener;

        void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var all = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value?.ToString());
            if (all["pipeline"] == "metered") onMeasured(
                instrument.Name, shown is null ? all.GetValueOrDefault("step") : shown(all), value);
        }
    }

    private sealed record MeasuredNode(Node<int> Before, Action OnOpen) : Node<int, int>("measured", Before)
    {
        public override Operator<int, int> CreateOperator() => new MeasuredOperator(OnOpen);
    }

    private sealed class MeasuredOperator(Action onOpen) : Operator<int, int>
    {
        public override void Process(in Record<int> record) => Emit(in record);

        protected override void Open() => onOpen();
    }
}
