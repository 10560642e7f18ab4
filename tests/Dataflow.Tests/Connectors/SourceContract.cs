namespace Dataflow.Tests.Connectors;

/// <summary>What every source promises. Derived classes say how to create one that has the expected values.</summary>
public abstract class SourceContract<T> : IDisposable
{
    protected static readonly SourceContext Context = new(null!, TimeProvider.System);

    protected TemporaryFolder Folder { get; } = new();

    protected abstract IReadOnlyList<T> Expected { get; }

    /// <summary>Of long sources only every so many positions are tried.</summary>
    private int Step => Math.Max(1, Expected.Count / 30);

    protected abstract Source<T> Create();

    [Fact]
    public void Reads_every_record_in_order() => Assert.Equal(Expected, Read(Create(), 0, 2).Select(r => r.Value));

    [Fact]
    public void Reads_the_same_rest_from_every_position_that_it_has_reported()
    {
        var source = Create();
        using var reader = Open(source, 0);
        var one = new Record<T>[1];
        for (var read = 0; read <= Expected.Count; read++)
        {
            if (read % Step == 0) Assert.Equal(Expected.Skip(read), Read(source, reader.Position, 3).Select(r => r.Value));
            Assert.Equal(read < Expected.Count ? 1 : 0, reader.Read(one));
        }

        Assert.True(reader.IsFinished);
        Assert.Equal(0, reader.Read(one));
    }

    [Fact]
    public void Names_as_the_origin_of_a_record_the_position_that_returns_it_first()
    {
        var source = Create();
        foreach (var record in Read(source, 0, 5).Where((_, i) => i % Step == 0))
        {
            Assert.Equal(7, record.Origin.Split);
            Assert.Equal(record, Read(source, record.Origin.Offset, 1)[0]);
        }
    }

    [Fact]
    public void Refuses_a_position_behind_its_end()
        => Assert.Contains("the job had already read 1000000", Assert.Throws<ConnectorException>(() => Open(Create(), 1_000_000)).Message);

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static SourceReader<TValue> Open<TValue>(Source<TValue> source, long position)
    {
        var split = Assert.Single(source.Describe(Context));
        return source.Open(new SourceSplit(7, 0, split.Name, split.End), position, Context);
    }

    protected static List<Record<TValue>> Read<TValue>(Source<TValue> source, long position = 0, int atOnce = 100)
    {
        using var reader = Open(source, position);
        var buffer = new Record<TValue>[atOnce];
        var records = new List<Record<TValue>>();
        while (!reader.IsFinished) records.AddRange(buffer[..reader.Read(buffer)]);
        return records;
    }

    /// <summary>The text of the error that reading the source ends with, without the folder.</summary>
    protected string ErrorOf<TValue>(Func<Source<TValue>> source)
        => Folder.Anonymous(Assert.ThrowsAny<DataflowException>(() => Read(source())).Message);
}
