using System.Buffers.Binary;

namespace Dataflow;

static partial class Source
{
    /// <summary>Reads values from memory once, in their order; they are copied during this call.</summary>
    /// <param name="values">The values; a single one as <c>[value]</c>.</param>
    /// <param name="name">The name, shown in the plan; give one where a pipeline has several such sources.</param>
    /// <example><code>
    /// var shop = pipeline.From(Source.Of(["tea", "cups"], "shop"));
    /// </code></example>
    public static Source<T> Of<T>(IEnumerable<T> values, string name = "memory")
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new MemorySource<T>(name, [.. values]);
    }

    /// <summary>Reads the given values once, in their order: <c>Source.Of(1, 2, 3)</c>.</summary>
    /// <example><code>
    /// pipeline.From(Source.Of(1, 2, 3, 4, 5, 6))
    ///     .Where(number => number % 2 == 0)
    ///     .To(Sink.Console&lt;int>());
    /// </code></example>
    public static Source<T> Of<T>(T first, T second, params ReadOnlySpan<T> more)
        => new MemorySource<T>("memory", [first, second, .. more]);
}

internal sealed class MemorySource<T>(string name, T[] values) : Source<T>
{
    public override string Name => name;

    public override bool MayBeShared => true;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => [new SplitDescription(name)];

    public override bool HasChanged(SourceSplit split) => !split.Mark.IsEmpty && !split.Mark.Span.SequenceEqual(MarkOf(values.Length));

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
        => position <= values.Length
            ? new MemoryReader<T>(split, values, position)
            : throw ConnectorException.FewerValues(name, values.Length, position);

    /// <summary>Returns the mark of a number of values: it changes if values are added.</summary>
    public static byte[] MarkOf(int count)
    {
        var mark = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(mark, count);
        return mark;
    }
}

internal sealed class MemoryReader<T>(SourceSplit split, T[] values, long position) : SourceReader<T>
{
    private int _next = (int)position;

    public override long Position => _next;

    public override ReadOnlyMemory<byte> Mark { get; } = MemorySource<T>.MarkOf(values.Length);

    public override bool IsFinished => _next == values.Length;

    public override long? Lag => values.Length - _next;

    public override int Read(Span<Record<T>> records)
    {
        var count = Math.Min(records.Length, values.Length - _next);
        for (var i = 0; i < count; i++, _next++) records[i] = new(values[_next], 0, new RecordOrigin(split.Id, _next));
        return count;
    }
}
