using Dataflow.Log;
using Dataflow.Testing;
using MessagePack;

namespace Dataflow.Tests.Connectors;

/// <summary>A start compares what it reads and writes with what was written to its topics before.</summary>
public sealed class TopicSchemaTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    private int _pipelines;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_member_that_became_another_type_is_refused_with_the_difference()
    {
        Write([new First.Order(1, 5, [new("tea", 2)])]);
        Assert.Equal(
            "Pipeline 'reads': topic 'orders': member 'Delay' was written as a whole number of 64 bits, and is read as text here; "
                + "member 'Lines.Pieces' was written as a whole number of 32 bits, and is read as a whole number of 16 bits here. Undo the "
                + "change, or write the new form to another topic; a member may be given another name instead. A topic whose records were "
                + "all trimmed takes any form.",
            Assert.Throws<PlanException>(() => Read<Retyped.Order>(null, "reads")).Message);
    }

    [Fact]
    public void Members_may_be_added_removed_renamed_by_attribute_and_widened()
    {
        Write([new First.Order(1, 5, [new("tea", 2)])]);
        var read = Assert.Single(Read<Second.Order>());
        Assert.Equal((1L, "none", 5L), (read.Id, read.Note, read.Wait));
        Assert.Equal(2, Assert.Single(read.Lines).Pieces);
    }

    [Fact]
    public void Older_and_newer_writers_take_turns_and_their_readers_need_both()
    {
        Write([new First.Order(1, 5, [])]);
        Write([new Second.Order { Id = long.MaxValue, Wait = 6, Lines = [] }]);
        Write([new First.Order(2, 7, [])]);
        Assert.Equal([1, long.MaxValue, 2], Read<Second.Order>().Select(static order => order.Id));
        Assert.Contains(
            "member 'Id' was written as a whole number of 64 bits, and is read as a whole number of 32 bits here",
            Assert.Throws<PlanException>((Func<object>)Read<First.Order>).Message, StringComparison.Ordinal);
        Assert.Equal(2, Kept()); // and the third start has written nothing
    }

    [Fact]
    public void A_writer_of_what_readers_could_not_read_is_refused()
    {
        Write([new First.Order(1, 5, [])]);
        Assert.Contains(
            "member 'Delay' was written as a whole number of 64 bits, and is written as text here",
            Assert.Throws<PlanException>(() => Write([new Retyped.Order(1, "5", [])])).Message, StringComparison.Ordinal);
        Assert.Single(Read<First.Order>());
    }

    [Fact]
    public async Task A_writer_outside_of_pipelines_is_compared_too()
    {
        await using (await _log.OpenWriterAsync<int, First.Order>(Topic.Of<First.Order>("orders"), cancellationToken: Cancelled))
        {
        }

        var newer = Topic.Of<Second.Order>("orders");
        await using (var writer = await _log.OpenWriterAsync<int, Second.Order>(newer, cancellationToken: Cancelled))
            await writer.WriteAsync(1, new() { Lines = [] }, cancellationToken: Cancelled);
        var error = await Assert.ThrowsAsync<PlanException>(
            () => _log.OpenWriterAsync<int, Retyped.Order>(Topic.Of<Retyped.Order>("orders"), cancellationToken: Cancelled));
        Assert.Contains("topic 'orders': member 'Delay'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_was_deleted_and_created_anew_is_another_one()
    {
        Write([new First.Order(1, 5, [])]);
        await _log.DeleteTopicAsync("orders", Cancelled);
        Write([new Retyped.Order(1, "5", [])]);
        Assert.Single(Read<Retyped.Order>());
        Assert.Throws<PlanException>((Func<object>)Read<First.Order>);
    }

    [Fact]
    public async Task A_topic_without_any_records_takes_any_form()
    {
        Write([new First.Order(1, 5, [])]);
        var orders = _log.GetTopic("orders");
        for (var partition = 0; partition < orders.PartitionCount; partition++)
            await _log.TrimAsync("orders", partition, orders.EndOffset(partition), Cancelled);
        Write([new Retyped.Order(1, "5", [])]);
        Write([new Retyped.Order(2, "6", [])]);
        Assert.Equal(2, Read<Retyped.Order>().Count);
        Assert.Throws<PlanException>(() => Write([new First.Order(1, 5, [])]));
    }

    [Fact]
    public void A_topic_without_a_schema_gets_that_of_its_next_writer()
    {
        _log.Append("orders", [new First.Order(1, 5, [])]);
        Assert.Single(Read<First.Order>());
        Write([new First.Order(2, 5, [])]);
        Assert.Throws<PlanException>((Func<object>)Read<Retyped.Order>);
    }

    [Fact]
    public void Bytes_and_values_of_other_serdes_are_not_compared()
    {
        Write([new First.Order(1, 5, [])]);
        Assert.Single(Read<byte[]>());
        Write([new Retyped.Order(1, "5", [])], Serde.Json<Retyped.Order>());
    }

    [Fact]
    public async Task Texts_and_numbers_by_themselves_stay_what_they_are()
    {
        Write(["a"]);
        Assert.Equal("a", Assert.Single(Read<Utf8>()).ToString());
        Assert.Contains(
            "the value was written as text by itself, and is read as Order, by names here",
            Assert.Throws<PlanException>((Func<object>)Read<First.Order>).Message, StringComparison.Ordinal);
        await _log.DeleteTopicAsync("orders", Cancelled);
        Write([1]);
        Assert.Contains(
            "the value was written as a whole number of 32 bits by itself, and is read as a whole number of 64 bits by itself here",
            Assert.Throws<PlanException>((Func<object>)Read<long>).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_of_enums_places_and_subtypes_keep_their_names()
    {
        Write([new First.Trip(First.State.Late, new First.Bus(1), 3)]);
        Assert.Single(Read<First.Trip>());
        var message = Assert.Throws<PlanException>((Func<object>)Read<Retyped.Trip>).Message;
        Assert.Contains("member 'State' was written as Late = 1, and is read as Early = 1 here", message, StringComparison.Ordinal);
        Assert.Contains("member 'By' was written as Bus, number 0, and is read as Tram under that number here", message,
            StringComparison.Ordinal);
        Assert.Contains("the value was written as 'Stops' at 2, and is read as 'Seats' at 2 here", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_subtype_that_is_taken_out_is_refused()
    {
        Write<First.Vehicle>([new First.Bus(1)], Serde.Polymorphic<First.Vehicle>(typeof(First.Bus), typeof(First.Car)));
        Assert.Contains(
            "the value was written as Bus, and is read as no such type here",
            Assert.Throws<PlanException>(() => Read(Serde.Polymorphic<First.Vehicle>(typeof(First.Car)))).Message,
            StringComparison.Ordinal);
        Assert.Single(Read(Serde.Polymorphic<First.Vehicle>(typeof(First.Car), typeof(First.Bus), typeof(First.Tram))));
    }

    [Fact]
    public void What_a_pipeline_reads_of_its_own_is_compared_at_its_first_start()
    {
        var pipeline = new Pipeline("loop");
        pipeline.From(Topic.Of<Retyped.Order>("orders")).To(Sink.Memory<Retyped.Order>("found"));
        pipeline.From(Source.Of<First.Order>([])).To(Topic.Of<First.Order>("orders"));
        _log.Append("orders", [new First.Order(1, 5, [])]);
        Assert.Throws<PlanException>(() => Run(pipeline));
    }

    [Fact]
    public void A_key_that_would_have_other_bytes_is_refused_where_it_is_written_and_where_it_is_read()
    {
        Upsert(new First.Shelf(1, "a"));
        Upsert(new Second.Shelf(2, "a")); // a wider number has the same bytes
        Assert.Equal(2, Rows<Second.Shelf>());
        Assert.Equal(
            "Pipeline 'upserts': topic 'rows': the key was written as Shelf of Row, Room, and is written as Shelf of Row, Room, Floor "
                + "here. Undo the change, or write such keys to another topic: equal keys must have equal bytes. A topic whose records "
                + "were all trimmed takes any form.",
            Assert.Throws<PlanException>(() => Upsert(new Retyped.Shelf(1, "a", 0), "upserts")).Message);
        Assert.Contains(
            "the key was written as Shelf of Row, Room, and is read as Shelf of Row, Room, Floor here",
            Assert.Throws<PlanException>(() => Rows<Retyped.Shelf>()).Message, StringComparison.Ordinal);
        Assert.Contains(
            "member 'Row' was written as a whole number of 64 bits, and is read as a whole number of 32 bits here",
            Assert.Throws<PlanException>(() => Rows<First.Shelf>()).Message, StringComparison.Ordinal);
        Assert.Throws<PlanException>(() => Upsert("a"));
    }

    [Fact]
    public async Task Keys_of_a_writer_outside_of_pipelines_are_compared_too()
    {
        Upsert(new First.Shelf(1, "a"));
        await Assert.ThrowsAsync<PlanException>(
            () => _log.OpenWriterAsync<Retyped.Shelf, string>(Topic.Of<string>("rows"), cancellationToken: Cancelled));
        await using (await _log.OpenWriterAsync<First.Shelf, string>(Topic.Of<string>("rows"), cancellationToken: Cancelled))
        {
        }
    }

    [Fact]
    public async Task Keys_of_a_topic_without_any_records_take_any_form()
    {
        Upsert(new First.Shelf(1, "a"));
        await _log.TrimAsync("rows", 0, _log.GetTopic("rows").EndOffset(0), Cancelled);
        Upsert("a");
        Assert.Throws<PlanException>(() => Upsert(new First.Shelf(1, "a")));
        Assert.Equal(1, Rows<string>());
    }

    private void Upsert<TKey>(TKey key, string? name = null)
        where TKey : notnull
    {
        var pipeline = new Pipeline(name ?? $"upserts-{_pipelines++}");
        pipeline.From(Source.Of<TKey>([key])).KeyBy(shelf => shelf).Select(_ => "row").To(Topic.Of<string>("rows", partitions: 1));
        Run(pipeline);
    }

    private int Rows<TKey>()
        where TKey : notnull
    {
        var (pipeline, found) = (new Pipeline($"rows-{_pipelines++}"), Sink.Memory<string>("found"));
        pipeline.Table<TKey, string>(Topic.Of<string>("rows")).Changes().Values().Select(row => row.New!).To(found);
        Run(pipeline);
        return found.Committed.Count;
    }

    private int Kept() => (int)_log.GetTopic("topic-schemas").EndOffset(0);

    private void Write<T>(IReadOnlyList<T> values, Serde<T>? serde = null)
    {
        var pipeline = new Pipeline($"writes-{_pipelines++}");
        pipeline.From(Source.Of(values)).To(Topic.Of("orders", serde: serde, partitions: 1));
        Run(pipeline);
    }

    private IReadOnlyList<T> Read<T>() => Read<T>(null);

    private IReadOnlyList<T> Read<T>(Serde<T>? serde, string? name = null)
    {
        var (pipeline, found) = (new Pipeline(name ?? $"reads-{_pipelines++}"), Sink.Memory<T>("found"));
        pipeline.From(Topic.Of("orders", serde: serde)).To(found);
        Run(pipeline);
        return found.Committed;
    }

    private void Run(Pipeline pipeline)
    {
        var job = SimulatedJob.Start(pipeline, _log);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
    }

    public static class First
    {
        public enum State
        {
            Fine,
            Late,
        }

        [Union(0, typeof(Bus))]
        [Union(1, typeof(Car))]
        public abstract record Vehicle;

        public sealed record Bus(int Line) : Vehicle;

        public sealed record Car(int Doors) : Vehicle;

        public sealed record Tram(int Line) : Vehicle;

        public sealed record Trip([property: Key(0)] State State, [property: Key(1)] Vehicle By, [property: Key(2)] int Stops);

        public sealed record Line(string Item, int Pieces);

        public sealed record Order(int Id, long Delay, IReadOnlyList<Line> Lines);

        public sealed record Shelf(int Row, string Room);
    }

    public static class Retyped
    {
        public enum State
        {
            Fine,
            Early,
        }

        [Union(0, typeof(Tram))]
        public abstract record Vehicle;

        public sealed record Tram(int Line) : Vehicle;

        public sealed record Trip([property: Key(0)] State State, [property: Key(1)] Vehicle By, [property: Key(2)] int Seats);

        public sealed record Shelf(int Row, string Room, int Floor);

        public sealed record Line(string Item, short Pieces);

        public sealed record Order(int Id, string Delay, IReadOnlyList<Line> Lines);
    }

    public static class Second
    {
        public sealed record Line(long Pieces, double Price = 1);

        public readonly record struct Shelf(long Row, Utf8 Room);

        public sealed record Order
        {
            public long Id { get; init; }

            public string Note { get; init; } = "none";

            [Key("Delay")]
            public long Wait { get; init; }

            public required List<Line> Lines { get; init; }
        }
    }
}
