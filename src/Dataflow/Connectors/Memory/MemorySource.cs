namespace Dataflow;

/// <summary>Reads values that the program has.</summary>
public static class MemorySources
{
    extension(Source)
    {
        /// <summary>Reads values from memory, in their order, once; they are copied now.</summary>
        public static Source<T> Of<T>(params IEnumerable<T> values)
        {
            ArgumentNullException.ThrowIfNull(values);
            return new MemorySource<T>("memory", [.. values]);
        }

        /// <summary>Reads values from memory under a name, for a pipeline that has several such sources.</summary>
        public static Source<T> Of<T>(string name, IEnumerable<T> values)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            ArgumentNullException.ThrowIfNull(values);
            return new MemorySource<T>(name, [.. values]);
        }
    }
}

internal sealed class MemorySource<T>(string name, T[] values) : Source<T>
{
    public override string Name => name;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => [new SplitDescription(name)];

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
        => position <= values.Length
            ? new MemoryReader<T>(split, values, position)
            : throw ConnectorException.FewerValues(name, values.Length, position);
}

internal sealed class MemoryReader<T>(SourceSplit split, T[] values, long position) : SourceReader<T>
{
    private int _next = (int)position;

    public override long Position => _next;

    public override bool IsFinished => _next == values.Length;

    public override long? Lag => values.Length - _next;

    public override int Read(Span<Record<T>> records)
    {
        var count = Math.Min(records.Length, values.Length - _next);
        for (var i = 0; i < count; i++, _next++) records[i] = new(values[_next], 0, new RecordOrigin(split.Id, _next));
        return count;
    }
}
