using System.Buffers;
using System.Text;
using System.Text.Json;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Serialization;

/// <summary>A serde may be given wherever bytes are made.</summary>
public class GivenSerdeTests
{
    public abstract record Shape(string Name);

    public sealed record Circle(string Name, double Radius) : Shape(Name);

    public sealed record Group(string Name, List<Shape> Shapes) : Shape(Name);

    public sealed record Named(string Key, Shape? Shape);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Values_of_declared_subtypes_go_through_topic_state_join_and_restart(int workers)
    {
        var named = new Named("k", new Group("g", [new Circle("c", 1), new Group("h", [])]));
        var (all, pairs, last) = (Topic.Of<Named>("all"), Topic.Of<(Shape?, Shape)>("pairs"), Topic.Of<Shape?>("last"));
        Pipeline Make()
        {
            var pipeline = new Pipeline("shapes").UseSerde(Shapes());
            var keyed = pipeline.From(all).KeyBy(x => x.Key);
            var other = keyed.Where(x => x.Shape is Circle).Select(x => x.Shape!);
            keyed.Join(other, (a, b) => (a.Shape, b)).Values().To(pairs);
            keyed.Process(() => new Last()).Values().To(last);
            return pipeline;
        }

        using var driver = new PipelineDriver(Make, workers);
        driver.Feed(all, named);
        driver.Restart();
        driver.Feed(all, new Named("k", new Circle("k", 2)));
        driver.Restart();
        driver.Feed(all, new Named("k", null));
        Assert.Contains(driver.Read(pairs), pair => Alike.Difference((named.Shape, (Shape)new Circle("k", 2)), pair) is null);
        Assert.Null(Alike.Difference(named.Shape, driver.Read(last)[0]));
        Assert.Equal(new Circle("k", 2), driver.Read(last)[^1]);
    }

    [Fact]
    public void A_type_that_is_not_declared_becomes_a_dead_letter()
    {
        using var log = SimulatedJob.OpenLog();
        var pipeline = new Pipeline("undeclared") { OnError = ErrorPolicy.DeadLetter() }.UseSerde(Serde.Polymorphic<Shape>(typeof(Circle)));
        pipeline.From(Source.Of<Shape>([new Circle("a", 1), new Group("g", []), new Circle("b", 2)])).To(Topic.Of<Shape>("out"));
        SimulatedJob.Start(pipeline, log).Run();
        Assert.Equal(
            [new Circle("a", 1), new Circle("b", 2)], Topic.Of("out", serde: Serde.Polymorphic<Shape>(typeof(Circle))).ReadAll(log));
    }

    [Fact]
    public void Json_is_what_a_topic_holds_and_what_comes_back()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var serde = Serde.Json<Circle>(JsonSerializerOptions.Web);
        serde.Write(new Circle("c", 1.5), bytes);
        Assert.Equal("""{"radius":1.5,"name":"c"}""", Encoding.UTF8.GetString(bytes.WrittenSpan));
        Assert.Equal(new Circle("c", 1.5), serde.Read(bytes.WrittenMemory));
    }

    [Fact]
    public void A_key_with_an_Equals_of_its_own_works_once_its_serde_writes_equal_keys_alike()
    {
        using var log = SimulatedJob.OpenLog();
        var pipeline = new Pipeline("own");
        pipeline.From(Source.Of(["a", "A", "b", "a"])).KeyBy(text => new KeyTests.OwnRecord(text), serde: new LowerCase())
            .Deduplicate().Values().To(Topic.Of<string>("out"));
        SimulatedJob.Start(pipeline, log, workers: 3).Run();
        Assert.Equal(["a", "b"], log.Sorted<string>("out").Select(text => text.ToLowerInvariant()));
    }

    [Fact]
    public void Another_serde_than_that_of_the_checkpoint_is_refused_with_the_difference()
    {
        using var log = SimulatedJob.OpenLog();
        SimulatedJob.Start(Keeping(new Pipeline("kept").UseSerde(Shapes())), log).Run();
        var error = Assert.Throws<PlanException>(
            () => SimulatedJob.Start(Keeping(new Pipeline("kept").UseSerde(Serde.Json<Shape>())), log));
        const string State = "process: state: String -> GivenSerdeTests.Shape (serde of GivenSerdeTests.Shape: ";
        Assert.Contains($"the checkpoint has   {State}polymorphic", error.Message, StringComparison.Ordinal);
        Assert.Contains($"the pipeline has     {State}JSON", error.Message, StringComparison.Ordinal);
        SimulatedJob.Start(Keeping(new Pipeline("kept").UseSerde(Serde.Polymorphic<Shape>(typeof(Group), typeof(Circle)))), log).Run();
    }

    [Fact]
    public void Two_pipelines_have_serdes_of_their_own()
    {
        using var log = SimulatedJob.OpenLog();
        foreach (var (name, serde) in new[] { ("json", Serde.Json<Circle>()), ("other", new Upper()) })
        {
            var pipeline = new Pipeline(name).UseSerde(serde);
            pipeline.From(Source.Of([new Circle("c", 1)])).To(Topic.Of<Circle>(name));
            SimulatedJob.Start(pipeline, log).Run();
        }

        Assert.Equal("c", Topic.Of("json", serde: Serde.Json<Circle>()).ReadAll(log).Single().Name);
        Assert.Equal("C", Topic.Of<string>("other").ReadAll(log).Single());
        Assert.Throws<ArgumentException>(() => new Pipeline("p").UseSerde(Serde.Json<Circle>()).UseSerde(new Upper()));
    }

    [Fact]
    public void A_base_type_without_declared_subtypes_is_a_fault_whose_advice_helps()
    {
        var pipeline = new Pipeline("base");
        pipeline.From(Source.Of<Shape>([])).To(Topic.Of<Shape>("out"));
        Assert.Contains(
            "UseSerde(Serde.Polymorphic<Shape>(...))", Assert.Throws<PlanException>(pipeline.Explain).Message, StringComparison.Ordinal);
        pipeline.UseSerde(Shapes());
        _ = pipeline.Explain();
        Assert.Throws<ArgumentException>(() => Serde.Polymorphic<Shape>(typeof(string)));
        Assert.Throws<ArgumentException>(() => Serde.Polymorphic<Shape>());
    }

    [Fact]
    public void State_that_holds_itself_ends_the_job_with_its_step_and_state()
    {
        using var log = SimulatedJob.OpenLog();
        var pipeline = new Pipeline("ring");
        pipeline.From(Source.Of([1])).KeyBy(x => x).Process(() => new Rings(), name: "rings").Values().To(Sink.Memory<int>());
        var error = Assert.Throws<OperatorException>(() => SimulatedJob.Start(pipeline, log).Run());
        Assert.StartsWith(
            "Operator 'rings' could not write its state 'ring' to a checkpoint: Type Ring: the value holds others", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_without_value_is_said_to_be_a_delete()
    {
        using var log = SimulatedJob.OpenLog();
        var records = new RecordBuffer();
        records.AppendTombstone(0, "k"u8);
        log.AppendBytes("in", records);
        var pipeline = new Pipeline("deleted");
        pipeline.From(Topic.Of<string>("in").StopAtEnd()).To(Sink.Memory<string>());
        var error = Assert.Throws<OperatorException>(() => SimulatedJob.Start(pipeline, log).Run());
        Assert.StartsWith(
            "Source 'in' has a record without a value at in[0]@0, which says that its key was deleted", error.Message,
            StringComparison.Ordinal);

        var table = new Pipeline("table");
        table.Table<string, string>(Topic.Of<string>("in").StopAtEnd()).To(Topic.Of<string>("copy"));
        SimulatedJob.Start(table, log).Run();
    }

    private static Serde<Shape> Shapes() => Serde.Polymorphic<Shape>(typeof(Circle), typeof(Group));

    private static Pipeline Keeping(Pipeline pipeline)
    {
        pipeline.From(Source.Of([new Named("a", new Circle("c", 1))])).KeyBy(x => x.Key).Process(() => new Last()).Values()
            .To(Sink.Memory<Shape?>());
        return pipeline;
    }

    private sealed class Last : KeyedProcess<string, Named, Shape?, Shape?>
    {
        public override void OnRecord(in Record<Named> record, ref Shape? state, ProcessContext<string, Shape?> context)
        {
            state = record.Value.Shape ?? state;
            context.Emit(state);
        }
    }

    private sealed class Rings : KeyedProcess<int, int, int>
    {
        private ValueState<Ring> _ring = null!;

        public override void Open(ProcessStates<int, int> states) => _ring = states.Value<Ring>("ring");

        public override void OnRecord(in Record<int> record, ProcessContext<int, int> context)
        {
            var ring = new Ring();
            ring.Next = ring;
            _ring.Update() = ring;
        }
    }

    private sealed class LowerCase : Serde<KeyTests.OwnRecord>
    {
        public override void Write(KeyTests.OwnRecord value, IBufferWriter<byte> bytes)
            => Encoding.UTF8.GetBytes(value.Name.ToLowerInvariant(), bytes);

        public override KeyTests.OwnRecord Read(ReadOnlyMemory<byte> bytes) => new(Encoding.UTF8.GetString(bytes.Span));
    }

    private sealed class Upper : Serde<Circle>
    {
        public override void Write(Circle value, IBufferWriter<byte> bytes) => Encoding.UTF8.GetBytes(value.Name.ToUpperInvariant(), bytes);

        public override Circle Read(ReadOnlyMemory<byte> bytes) => new(Encoding.UTF8.GetString(bytes.Span), 0);
    }
}
