using System.Diagnostics.Metrics;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

public class JobMeterTests
{
    [Fact]
    public void Tells_listeners_what_each_step_emitted_and_how_many_checkpoints_there_were()
    {
        var pipeline = new Pipeline("metered");
        pipeline.From(Source.Of([1, 2, 3])).Where(value => value > 1, name: "above-one").To(Sink.Memory<int>());
        using var log = SimulatedJob.OpenLog();
        var job = SimulatedJob.Start(pipeline, log);
        while (!job.HasFinished) job.Step();

        var seen = Measure();

        Assert.Equal(2, seen["dataflow.operator.records.out/above-one"]);
        Assert.Equal(3, seen["dataflow.operator.records.in/above-one"]);
        Assert.Equal(1, seen["dataflow.operator.records.filtered/above-one"]);
        Assert.Equal(0, seen["dataflow.dead_letter.records/above-one"]);
        Assert.Equal(1, seen["dataflow.checkpoints/"]);
        job.Close();
        Assert.Empty(Measure());
    }

    private static Dictionary<string, long> Measure()
    {
        var seen = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == "Dataflow") listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var all = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value?.ToString());
            if (all["pipeline"] == "metered") seen[$"{instrument.Name}/{all.GetValueOrDefault("step")}"] = value;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }
}
